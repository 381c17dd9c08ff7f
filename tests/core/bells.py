"""What the tests of jobs look at: the row, and the messages that wait in the queue."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dramatiq import Broker, Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker

from core import doorbell, jobs
from core.clock import after, database_now
from core.models import Job

KIND = "tests.kind"
LEASE = 30.0  # s


@dataclass(frozen=True)
class Bell:
    """A message: which job, on which lane, and in how many seconds it is due (0: now)."""

    job_id: int
    queue: str
    delay: float


def waiting(broker: Broker) -> Iterator[bytes]:
    """The messages in the queue, which stay there."""
    if isinstance(broker, StubBroker):
        for queue in broker.queues.values():
            yield from list(queue.queue)
    elif isinstance(broker, RedisBroker):
        for name in sorted(broker.get_declared_queues() | broker.get_declared_delay_queues()):
            ids: Any = broker.client.lrange(
                f"{broker.namespace}:{name}", 0, -1
            )  # in the order they were sent
            for message_id in ids:
                data: Any = broker.client.hget(f"{broker.namespace}:{name}.msgs", message_id)
                yield data


def bells(broker: Broker) -> list[Bell]:
    """The messages that wait, those of the test's kind only; they stay in the queue."""
    return [
        Bell(message.args[0], message.queue_name.removesuffix(".DQ"), delay_of(message))
        for message in map(Message.decode, waiting(broker))
        if message.actor_name.startswith(KIND)
    ]


def turns(broker: Broker) -> list[float]:
    """The clock's turns that wait: in how many seconds each is due. They stay in the queue."""
    return [
        delay_of(message)
        for message in map(Message.decode, waiting(broker))
        if (message.actor_name, message.args) == (doorbell.TURN, ())
    ]


def delay_of(message: "Message[None]") -> float:
    eta = message.options.get("eta")
    return round((eta - message.message_timestamp) / 1000, 1) if eta else 0.0


def make_job(subject: UUID, *, due_in: float | None = -1.0, **fields: object) -> Job:
    """A row of the test's kind, due a second ago. Fields may be expressions such as after(5)."""
    job = Job.objects.create(kind=KIND, subject=subject)
    return changed(job, due_at=None if due_in is None else after(due_in), **fields)


def changed(job: Job, **fields: object) -> Job:
    Job.objects.filter(id=job.id).update(**fields)
    job.refresh_from_db()
    return job


def claimed(job: Job) -> jobs.Claim:
    claim = jobs.claim(job.id, lease=LEASE)
    assert claim is not None, "the job can be claimed"
    job.refresh_from_db()
    return claim


def seconds_until_due(job: Job) -> float:
    job.refresh_from_db()
    assert job.due_at is not None
    return (job.due_at - database_now()).total_seconds()
