"""What reading costs: requests a second against the floor, SQL statements, bytes."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import data, load

ROUNDS = 5  # ours and the floor by turns, so that a drift of the machine's speed strikes both
CONNECTIONS = 8  # as many as the web has threads


@dataclass(frozen=True)
class Pair:
    """The median round of ours and of the floor."""

    ours: load.Run
    floor: load.Run


@dataclass(frozen=True)
class Case:
    name: str
    path: str
    token: str
    floor_path: str
    count: int  # requests in each round


def cases() -> list[Case]:
    small, large, whole = (data.office(name) for name in ("twenty", "twohundred", "twothousand"))
    some = data.requests_make(small, 20)
    data.requests_make(large, 200)
    data.requests_make(whole, 2000)
    signer, other, one = small.employees[0], large.employees[0], some[0]
    return [
        _case("dashboard/, 20 requests", "dashboard/", small.token(signer), "signer", signer.id, 400),
        _case("dashboard/, 200 requests", "dashboard/", large.token(other), "signer", other.id, 100),
        _case(
            "status/, 2,000 requests",
            "status/",
            whole.token(whole.manager),
            "organization",
            whole.organization.id,
            16,
        ),
        _case("signature/<id>/", f"signature/{one.id}/", small.token(signer), "request", one.id, 400),
    ]


def _case(name: str, path: str, token: str, kind: str, subject: UUID, count: int) -> Case:
    return Case(name, f"/api/{path}", token, f"/{kind}/{subject}", count)


def measure(case: Case, *, port: int, floor_port: int, connections: int) -> Pair:
    """The median round of each, by requests a second."""
    count = max(8, case.count * connections // CONNECTIONS)
    message, floor_message = load.get(case.path, token=case.token), load.get(case.floor_path)
    ours, floors = [], []
    for number in range(ROUNDS + 1):  # the first warms up
        mine = load.run(port, [message] * count, connections=connections)
        bare = load.run(floor_port, [floor_message] * count, connections=connections)
        if number:
            ours.append(mine)
            floors.append(bare)
    return Pair(_median(ours), _median(floors))


def _median(runs: list[load.Run]) -> load.Run:
    return sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]


def statements(case: Case) -> int:
    """SQL statements of one request."""
    client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {case.token}"})
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(case.path)
    assert answer.status_code == 200, answer.content
    return len(queries)
