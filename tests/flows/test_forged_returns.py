"""Returns that say everybody has signed, by the thousand: none changes a state, and Setu is asked within the bucket."""

import random
import time

from signing.models import Stray, Submission
from signing.services.schedule import BUCKET_SECONDS, BUCKET_SIZE

FORGED = 1000
SEED = 20_261_124


def test_a_thousand_forged_returns_change_no_state_and_cost_no_more_than_the_bucket(
    ask, run_due, client, asha, ravi
):
    story = ask(asha, ravi)
    run_due()
    before, calls = story.read(), dict(story.world.calls)
    reference = Submission.objects.get().reference
    dice = random.Random(SEED)  # noqa: S311  # repeatable
    began = time.monotonic()
    for number in range(FORGED):
        named = dice.choice([story.at_setu["id"], f"made-up-{number}", ""])
        known = dice.random() < 0.8
        path = f"/return/{reference if known else f'{dice.getrandbits(128):032x}'}/"
        answer = client.get(
            path, {"id": named, "success": "true", "status": "sign_complete", "signerIdentifier": "x"}
        )
        assert answer.status_code == (303 if known else 404)
        if number % 100 == 0:
            run_due()
    run_due()
    after = story.read()
    assert (after["status"], after["signers"]) == ("sign_initiated", before["signers"])
    assert not Stray.objects.exists(), (
        "an id that a browser names is not believed where we know the request's own"
    )
    spent = {name: number - calls.get(name, 0) for name, number in story.world.calls.items()}
    assert {name for name, number in spent.items() if number} <= {"get"}
    assert spent["get"] <= BUCKET_SIZE + (time.monotonic() - began) / BUCKET_SECONDS + 1
