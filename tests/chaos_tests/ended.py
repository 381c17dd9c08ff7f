"""A small run that went well, for the checker's tests to plant faults in."""

from core.models import Job
from signing.models import SignatureRequest
from signing.services.drift import drift_find
from tests.chaos.checker import check
from tests.chaos.facts import Facts, facts_read
from tests.standin import StandIn
from webhooks.models import InboundDelivery


class Ended:
    """One request complete, one partly signed, both by callbacks."""

    def __init__(self, world: StandIn, complete: SignatureRequest, partly: SignatureRequest) -> None:
        self.world, self.complete, self.partly = world, complete, partly
        self.acknowledged = list(InboundDelivery.objects.values_list("digest", flat=True))
        self.expected = [str(complete.id), str(partly.id)]

    def facts(self) -> Facts:
        found = facts_read(truth={request["id"]: request for request in self.world.requests()})
        found.drift = [str(drift) for drift in drift_find()]
        found.setu_files = {archive.request_id: archive.sha256 for archive in found.archives}
        return found

    def breaches(
        self,
        facts: Facts | None = None,
        *,
        expected: list[str] | None = None,
        named: list[str] | None = None,
        late: float | None = None,
    ) -> list[str]:
        return check(
            facts or self.facts(),
            acknowledged=self.acknowledged,
            expected=self.expected if expected is None else expected,
            named=named or [],
            late=late,
        )

    @property
    def job(self) -> Job:
        return Job.objects.get(subject=self.partly.id)


def of(number: str, breaches: list[str]) -> list[str]:
    return [breach for breach in breaches if breach.startswith(number)]
