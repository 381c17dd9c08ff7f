"""What survives a restart, and what many threads at once do not break."""

import stat
import threading
import time
from pathlib import Path

from tests.standin import Clock, StandIn
from tests.standin_tests.client import Client, signer
from tests.standin_tests.pdf import sound


def test_a_restart_in_mid_request_loses_nothing(tmp_path: Path, clock: Clock) -> None:
    def begun() -> StandIn:
        return StandIn(clock=clock, state_dir=tmp_path / "state")

    first = begun()
    with Client(first) as setu:
        made = setu.made(signer("a"), signer("b", onPages=["1", "2"]), signer("c"))
        first.sign(made["id"], "a")
        first.open(made["id"], "b")
        before = setu.now(made["id"])
    first.close()

    second = begun()
    with Client(second) as setu:
        assert setu.now(made["id"]) == before
        second.sign(made["id"], "b")
        second.sign(made["id"], "c")
        content = setu.file(made["id"]).content
        assert sound(content, second, clock.now()) == [True] * 3
        audit = setu.get(f"/api/signature/{made['id']}/audit").json()
        assert len(audit["events"]) == 8
    second.close()
    assert first.root_certificate == second.root_certificate


def test_a_link_survives_a_restart(tmp_path: Path, clock: Clock) -> None:
    first = StandIn(clock=clock, state_dir=tmp_path)
    with Client(first) as setu:
        made = setu.made()
        first.sign(made["id"], "sgn-1")
        link = setu.get(f"/api/signature/{made['id']}/download").json()["downloadUrl"]
    first.close()
    second = StandIn(clock=clock, state_dir=tmp_path)
    with Client(second) as setu:
        assert setu.files.get(link).status_code == 200
    second.close()


def test_deleted_and_reset_things_stay_away(tmp_path: Path) -> None:
    first = StandIn(state_dir=tmp_path)
    with Client(first) as setu:
        gone, kept = setu.made()["id"], setu.made()["id"]
        setu.post(f"/api/signature/{gone}/delete")
    first.close()
    second = StandIn(state_dir=tmp_path)
    assert [each["id"] for each in second.requests()] == [kept]
    second.reset()
    second.close()
    third = StandIn(state_dir=tmp_path)
    assert third.requests() == []
    third.close()


def test_only_the_owner_can_read_the_state(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    standin = StandIn(state_dir=folder)
    with Client(standin) as setu:
        setu.made()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    standin.close()


def test_the_same_seed_gives_the_same_ids() -> None:
    def ids(seed: int) -> list[str]:
        with Client(StandIn(seed=seed)) as setu:
            made = setu.made(signer("a"), signer("b"))
        return [made["id"], made["documentId"], *(each["id"] for each in made["signers"])]

    assert ids(7) == ids(7)
    assert ids(7) != ids(8)


def test_signers_who_come_at_once_are_let_in_one_by_one() -> None:
    standin = StandIn()
    with Client(standin) as setu:
        made = setu.made(*(signer(str(number)) for number in range(8)))
    refused: list[str] = []
    deadline = time.monotonic() + 10

    def insist(number: int) -> None:
        while time.monotonic() < deadline:
            try:
                standin.sign(made["id"], str(number))
                return
            except Exception as error:
                refused.append(str(error))
                time.sleep(0.001)

    threads = [threading.Thread(target=insist, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(refused) <= {"someone_else_is_signing"}
    with Client(standin) as setu:
        assert setu.now(made["id"])["status"] == "sign_complete"
        assert sound(setu.file(made["id"]).content, standin, standin.clock.now()) == [True] * 8
    assert len({each.body for each in standin.deliveries}) == 8
