from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Now

from core.clock import database_now
from core.errors import Invalid
from core.models import Job, Organization, SecurityEvent, User
from core.prepared import Prepared

USER_COLUMNS = [field.attname for field in User._meta.concrete_fields]
ORGANIZATION_COLUMNS = [field.attname for field in Organization._meta.concrete_fields]
_user_active = Prepared(
    lambda user_id: User.objects.filter(id=user_id, is_active=True).values_list(
        *USER_COLUMNS, *(f"organization__{name}" for name in ORGANIZATION_COLUMNS)
    ),
    user_id=UUID,
)


def user_active(*, user_id: UUID) -> User | None:
    """The active user with their organization, by one statement: every call of the API begins with it."""
    row = next(iter(_user_active.rows(user_id=user_id)), None)
    if row is None:
        return None
    user = User.from_db(User.objects.db, USER_COLUMNS, row[: len(USER_COLUMNS)])
    if user.organization_id:
        user.organization = Organization.from_db(
            Organization.objects.db, ORGANIZATION_COLUMNS, row[len(USER_COLUMNS) :]
        )
    return user


def user_list(*, organization: Organization) -> QuerySet[User]:
    """The organization's active people, by name."""
    return User.objects.filter(organization=organization, is_active=True).order_by("username")


def job_dead_count() -> int:
    return Job.objects.filter(dead_at__isnull=False).count()


def job_oldest_due_seconds() -> float:
    """For how long the oldest due job has waited; 0 when none waits."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())  # a worker that died holds no job
    waiting = Job.objects.filter(free, due_at__lte=Now(), dead_at__isnull=True)
    due_at = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    return max(0.0, (database_now() - due_at).total_seconds()) if due_at else 0.0


def security_events(
    *,
    organization: Organization,
    before: UUID | None = None,
    kind: str | None = None,
    account: UUID | None = None,
) -> QuerySet[SecurityEvent]:
    """The organization's security log, newest first.

    before: only what is older than this row of it. Raises Invalid if there is no such row (any more).
    """
    log = SecurityEvent.objects.filter(organization=organization)
    found = log.order_by("-at", "-id")
    if kind:
        found = found.filter(kind=kind)
    if account:
        found = found.filter(account=account)
    if before is None:
        return found
    if not log.filter(id=before).exists():
        raise Invalid(
            "There is no such page. Begin with the first one, without `before`.", code="page_not_known"
        )
    at = Subquery(log.filter(id=before).values("at"))  # as it is stored: SQLite compares times as texts
    return found.filter(Q(at__lt=at) | Q(at=at, id__lt=before))


def people(*, ids: Iterable[UUID | None]) -> dict[UUID, User]:
    """These users, with nothing but what tells who and whose they are. One statement."""
    wanted = {each for each in ids if each}
    return User.objects.only("username", "organization_id", "is_superuser").in_bulk(wanted) if wanted else {}
