"""Who takes part: one organization with its manager, employees, and the documents they sign."""

from dataclasses import dataclass

from core.models import Organization, Role, User
from signing.models import Document
from tests.builders import PASSWORD, make_document, make_manager, make_pdf
from tests.chaos.history import Story

EMPLOYEES = 12
# Names that no log may hold.
CANARIES = tuple(f"Zebronka{letter}" for letter in "ABCDEFGHIJKL")
MANAGER = "zebrameera"


@dataclass(frozen=True)
class Office:
    employees: tuple[str, ...]  # their ids
    documents: dict[int, str]  # story's number → document's id
    pdf: bytes


def office_opened(told: list[Story]) -> Office:
    """Rows that were there before the run. Documents share one blob, except those still to be uploaded."""
    organization = Organization.objects.create(name="Chaos Works")
    manager = make_manager(MANAGER, organization=organization)
    people = User.objects.bulk_create(
        User(
            username=name.lower(),
            full_name=f"{name} Rao",
            role=Role.EMPLOYEE,
            organization=organization,
            password="!",
        )
        for name in CANARIES[:EMPLOYEES]
    )
    pdf = make_pdf(1)
    first = make_document(by=manager, content=pdf, pages=1, name="Agreement")
    rows = Document.objects.bulk_create(
        Document(
            organization=organization,
            name="Agreement",
            blob=first.blob,
            size=first.size,
            pages=1,
            created_by=manager,
        )
        for story in told
        if not story.uploads
    )
    ids = iter(str(row.id) for row in rows)
    documents = {story.no: next(ids) for story in told if not story.uploads}
    return Office(tuple(str(user.id) for user in people), documents, pdf)


def credentials() -> dict[str, str]:
    return {"username": MANAGER, "password": PASSWORD}
