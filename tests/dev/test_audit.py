"""Known holes are found in what is locked, by the data kept here and by an index that tells; its silence is said."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.version import Version

from dev.advisories import IndexSilent, from_checkout, from_index
from dev.audit import DATA, audited, known_holes, locked
from dev.lock import EXTRAS
from dev.stack import ROOT

KEPT = json.loads(DATA.read_text())
EMPTY = {"packages": {}, "until": "2020-01-01", "noted": 0, "ignored": {}}


def test_every_pin_of_the_locks_is_read():
    pins = locked(ROOT / name for name in EXTRAS)
    assert pins["django"] == {"5.2.19"}
    assert len(pins) > 100
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()
    assert len(locked([ROOT / "requirements-dev.txt"])) == len(
        {line.split("==")[0] for line in lines if "==" in line}
    )


@pytest.mark.parametrize(
    ("package", "version", "number"),
    [
        ("django", "5.0.6", "PYSEC-2024-70"),
        ("django", "5.2.7", "CVE-2025-64459"),
        ("urllib3", "2.5.0", "CVE-2025-66471"),
        ("h11", "0.14.0", "CVE-2025-43859"),
        ("django", "5.2.18", "CVE-2026-111362"),
        ("cryptography", "49.0.0", "CVE-2026-69247"),
    ],
)
def test_an_old_release_has_the_holes_it_is_known_for(package, version, number):
    assert number in {hole.id for hole in known_holes({package: {version}}, KEPT)}


def test_what_is_noted_by_hand_names_its_source_once_and_ends():
    noted = [
        (name, one) for name, advisories in KEPT["packages"].items() for one in advisories if one.get("noted")
    ]
    assert len(noted) == KEPT["noted"] == len({(name, one["id"]) for name, one in noted})
    for name, one in noted:
        assert one["source"], (name, one["id"])
        for introduced, fixed in one["ranges"]:
            assert Version(introduced) < Version(fixed), (name, one["id"])
    assert {name for name, _ in noted} <= set(locked(ROOT / name for name in EXTRAS))


@pytest.mark.parametrize(("version", "open_"), [("1.9", False), ("2.0", True), ("2.4", True), ("2.5", False)])
def test_a_range_ends_before_its_fix(version, open_):
    data = EMPTY | {"packages": {"one": [{"id": "X-1", "ranges": [["2.0", "2.5"]]}]}}
    assert bool(list(known_holes({"one": {version}}, data))) == open_


def test_without_a_fix_every_later_release_has_it_unless_it_is_ignored_for_a_reason():
    data = EMPTY | {"packages": {"one": [{"id": "X-1", "ranges": [["0", ""]]}]}}
    holes, _ = audited({"one": {"9.9"}}, data, online=False)
    assert [str(hole) for hole in holes] == ["one 9.9: X-1, no fixed release"]
    holes, _ = audited({"one": {"9.9"}}, data | {"ignored": {"X-1": "not the part we use"}}, online=False)
    assert holes == []
    assert all(KEPT["ignored"].values())


def test_what_is_locked_has_no_hole_that_is_known_here():
    holes, said = audited(locked(ROOT / name for name in EXTRAS), KEPT, online=False)
    assert holes == []
    assert "NOT CHECKED: the package index (offline)" in said


@pytest.fixture
def index():
    """An index that tells of one's hole, knows nothing of `private`, and of what it was asked."""
    hole = {"id": "X-7", "fixed_in": ["1.1"], "withdrawn": None}
    known = {
        "/pypi/one/1.0/json": [hole, hole | {"id": "X-8", "withdrawn": "2026-01-01T00:00:00Z"}],
        "/pypi/two/2.0/json": [],
    }

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = known.get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"vulnerabilities": found}).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/pypi"
    server.shutdown()
    server.server_close()


def test_an_index_that_tells_is_asked_about_every_release(index):
    found, silent = from_index({"one": {"1.0"}, "two": {"2.0"}, "zz-private": {"3.0"}}, index)
    assert found == [("one", "1.0", "X-7", "1.1")], "a withdrawn one does not count"
    assert silent == {"zz-private"}


def test_an_index_that_tells_nothing_fails_nothing_and_is_said(index):
    with pytest.raises(IndexSilent):
        from_index({"private": {"3.0"}}, index)
    with pytest.raises(IndexSilent):
        from_index({"one": {"1.0"}}, "http://127.0.0.1:1/pypi")


def test_without_a_python3_to_ask_for_the_index_the_audit_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    holes, said = audited({"one": {"1.0"}}, EMPTY, online=True)
    assert holes == []
    assert said.endswith("NOT CHECKED: anything newer, as there is no python3 to ask where pip's index is")


def test_the_data_is_renewed_from_a_checkout_and_what_was_noted_stays_until_it_is_there(tmp_path: Path):
    folder = tmp_path / "vulns" / "one"
    folder.mkdir(parents=True)
    ranges = (
        "{type: ECOSYSTEM, events: [{introduced: '0'}, {fixed: '1.1'}, {introduced: '2.0'}, {fixed: '2.1'}]}"
    )
    (folder / "X-1.yaml").write_text(f"id: X-1\naliases: [CVE-1]\naffected:\n- ranges: [{ranges}]\n")
    (folder / "X-2.yaml").write_text(f"id: X-2\nwithdrawn: 2024-01-01\naffected:\n- ranges: [{ranges}]\n")
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "One"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    noted = {"id": "X-3", "ranges": [["0", "5"]], "noted": True}
    known_by_now = noted | {"id": "CVE-1"}
    kept = {"packages": {"two": [noted], "one": [{"id": "OLD", "ranges": []}, known_by_now]}}
    made = from_checkout(tmp_path, {"one": {"1.0"}, "two": {"2.0"}}, kept=kept)
    assert made["packages"] == {
        "one": [{"id": "X-1", "ranges": [["0", "1.1"], ["2.0", "2.1"]]}],
        "two": [noted],
    }
    assert made["noted"] == 1
