from collections import Counter

import pytest

from tests.chaos.history import COMPLETE, DECLINED, DECLINING, FATES, PARTLY, SIGNED, UNSIGNED, stories
from tests.chaos.plan import full, quiet, short

PLANS = [full(7), short(7), short(8), quiet(9)]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.requests}-{plan.seed}")
def test_there_are_as_many_requests_notifications_and_lost_ones_as_planned(plan):
    told = stories(plan)
    attempts = [attempt for story in told for attempt in story.attempts]
    assert (len(told), len(attempts)) == (plan.requests, plan.notifications)
    assert sum(not attempt.delays for attempt in attempts) == round(plan.dropped * plan.notifications)
    assert {len(attempt.delays) for attempt in attempts} <= set(range(plan.copies_max + 1))


def test_a_seed_tells_the_same_stories_again_and_another_seed_others():
    assert stories(short(3)) == stories(short(3))
    assert stories(short(3)) != stories(short(4))


def test_nobody_tries_after_signing_and_each_fate_is_what_it_says():
    told = stories(full(5))
    for story in told:
        outcomes = [(attempt.signer, attempt.outcome) for attempt in story.attempts]
        signed = [signer for signer, outcome in outcomes if outcome == SIGNED]
        for signer in signed:
            assert outcomes.index((signer, SIGNED)) == max(
                place for place, (who, _) in enumerate(outcomes) if who == signer
            )
        assert len(signed) == len(set(signed))
        number = {COMPLETE: {story.signers}, PARTLY: set(range(1, story.signers))}.get(story.fate, {0})
        assert len(signed) in number
        assert (outcomes[-1][1] == DECLINED) == (story.fate == DECLINING)
        times = [attempt.at for attempt in story.attempts]
        assert times == sorted(times)
        assert story.created_at < times[0]
    shares = Counter(story.fate for story in told)
    assert set(shares) == {COMPLETE, PARTLY, DECLINING, UNSIGNED}
    assert all(abs(shares[fate] / len(told) - share) < 0.05 for fate, share in FATES.items())
