"""Who calls, and what there is to call about: two organizations with documents and requests in several states."""

from dataclasses import dataclass

from django.conf import settings

from core.auth import tokens_for
from core.models import User
from core.storage import blob_keep
from signing.models import SignedFile
from tests.builders import make_document, make_employee, make_manager, make_organization, make_request

ROLES = ("anonymous", "signer", "manager", "superuser", "stranger")


@dataclass(frozen=True)
class World:
    """token: of the role's access, empty for nobody. The rest: what a caller may name, theirs and others'."""

    token: str
    refresh: str
    documents: tuple[str, ...]
    requests: tuple[str, ...]
    people: tuple[str, ...]
    names: tuple[str, ...]
    callback_token: str = ""  # without it each callback is a 404


def world(role: str) -> World:
    """Rows in an empty database."""
    here, there = make_organization(), make_organization("Elsewhere")
    manager, stranger = make_manager(organization=here), make_manager("stranger", organization=there)
    asha, ravi = make_employee(organization=here), make_employee("ravi", organization=here)
    free = [make_document(by=manager, name="Free"), make_document(by=stranger, name="Theirs")]
    requests = [
        make_request(by=manager, signers=[asha, ravi], setu_id="open", reason="Rent"),
        make_request(by=manager, signers=[asha], stage="queued", setu_id=""),
        make_request(by=manager, signers=[asha], stage="ended", ending="sign_complete", setu_id="done"),
        make_request(by=stranger, signers=[stranger], setu_id="theirs"),
    ]
    blob = blob_keep(organization_id=here.id, content=b"%PDF-")
    SignedFile.objects.create(request=requests[2], blob=blob, sha256="0" * 64, size=5, signatures=1)
    callers = {
        "signer": asha,
        "manager": manager,
        "stranger": stranger,
        "superuser": User.objects.create_superuser("root", "x"),
    }
    caller = callers.get(role)
    access, refresh = tokens_for(caller) if caller else ("", "")
    return World(
        token=access,
        refresh=refresh,
        documents=tuple(str(one.id) for one in free + [row.document for row in requests]),
        requests=tuple(str(one.id) for one in requests),
        people=tuple(str(one.id) for one in (manager, asha, ravi, stranger)),
        names=tuple(one.username for one in (manager, asha, stranger)),
        callback_token=settings.SETU_CALLBACK_TOKENS[0],
    )
