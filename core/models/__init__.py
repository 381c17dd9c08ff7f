from core.models.allowance import Allowance
from core.models.counter import Counter
from core.models.event import Event, EventPayload
from core.models.heartbeat import Heartbeat
from core.models.job import Job
from core.models.loose_blob import LooseBlob
from core.models.organization import Organization
from core.models.pace import Pace
from core.models.security_event import SecurityEvent, SecurityKind, SecurityReason
from core.models.user import Role, User

__all__ = [
    "Allowance",
    "Counter",
    "Event",
    "EventPayload",
    "Heartbeat",
    "Job",
    "LooseBlob",
    "Organization",
    "Pace",
    "Role",
    "SecurityEvent",
    "SecurityKind",
    "SecurityReason",
    "User",
]
