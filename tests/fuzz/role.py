"""One role's share, in a process and a database of its own: `python -m tests.fuzz.role`, answers with JSON."""

import argparse
import json
import logging
import sys
import time
from collections import Counter
from typing import Any

import django
from hypothesis import HealthCheck, Phase, Verbosity, given, seed
from hypothesis import settings as hypothesis_settings

django.setup()

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from tests.fuzz.cases import schema, strategies
from tests.fuzz.people import ROLES, World, world

CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
)
BREACHES_MAX = 5  # an operation; the rest are most likely the same


class Findings:
    """What a role's calls have led to."""

    def __init__(self) -> None:
        self.cases = 0
        self.statuses: Counter[int] = Counter()
        self.errors = 0
        self.breaches: dict[str, str] = {}  # what was breached, and a call that shows it

    def call(self, case: Any, people: World) -> None:
        headers = {"Authorization": f"Bearer {people.token}"} if people.token else {}
        with transaction.atomic():
            try:
                response = case.call(headers=headers)
                self.cases += 1
                self.statuses[response.status_code] += 1
                self.errors += response.status_code >= 500 and not _declared(case, response.status_code)
                case.validate_response(response, checks=list(CHECKS), headers=headers)
            except FailureGroup as group:
                for failure in group.exceptions:
                    self._note(case, failure)
            except AssertionError as failure:
                self._note(case, failure)
            finally:
                transaction.set_rollback(True)

    def _note(self, case: Any, failure: BaseException) -> None:
        title = getattr(failure, "title", type(failure).__name__)
        what = f"{case.operation.label}: {title}"
        said = " ".join(str(failure).split())
        self.breaches.setdefault(f"{what}: {said[:300]}", case.as_curl_command())


def _declared(case: Any, status: int) -> bool:
    """A 503 that the document foresees (all inspections are taken) is no error."""
    return str(status) in case.operation.definition.raw["responses"]


def fuzzed(role: str, *, cases: int, number: int) -> Findings:
    """About so many calls, evenly over all operations."""
    findings, people = Findings(), world(role)
    operations = [result.ok() for result in schema(WSGIHandler()).get_all_operations()]
    each = -(-cases // len(operations))
    for operation in operations:
        before, kept = findings.cases, dict(findings.breaches)
        for turn in range(20):  # an operation that takes nothing has few different calls
            if (wanted := each - (findings.cases - before)) <= 0:
                break
            if len(findings.breaches) - len(kept) > BREACHES_MAX:
                break
            _many(operation, people, findings, wanted, number + turn)
    return findings


def _many(operation: Any, people: World, findings: Findings, wanted: int, number: int) -> None:
    @seed(number)
    @hypothesis_settings(
        max_examples=wanted,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategies(operation, people))
    def calls(case: Any) -> None:
        findings.call(case, people)

    calls()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.role", description=__doc__)
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    for signal in (request_started, request_finished):  # as Django's own test client: one connection for all
        signal.disconnect(close_old_connections)
    logging.disable(logging.WARNING)  # each refusal would be a line
    connection.creation.create_test_db(verbosity=0)
    began = time.monotonic()
    findings = fuzzed(options.role, cases=options.cases, number=options.seed)
    json.dump(
        {
            "role": options.role,
            "cases": findings.cases,
            "errors": findings.errors,
            "statuses": {str(status): number for status, number in sorted(findings.statuses.items())},
            "breaches": findings.breaches,
            "seconds": time.monotonic() - began,
        },
        sys.stdout,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
