from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Claim:
    """A lease on one job. `fence` orders claims of the same job: a later claim has a higher one."""

    job_id: int
    kind: str
    subject: UUID
    fence: int
    taken: int
    crashes: int
    failures: int
    cause: str
