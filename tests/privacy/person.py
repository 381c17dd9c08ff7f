"""Somebody who is erased later, and the search for what is left of them."""

import io
import re
from datetime import date

from django.core.management import call_command

from core.models import User
from core.origin import Origin
from signing.models import SignatureRequest
from signing.services.documents import document_create
from signing.services.requests import Asked, request_create
from tests.builders import make_pdf
from tests.privacy.places import tables

USERNAME, FULL_NAME, BORN = "zarinaquill", "Zarina Quillfeather", date(1987, 11, 23)
HERS = Origin(network="203.0.113.0/24", http_request="call-of-hers")  # where she calls from
MARKS = re.compile(  # digests hold 1987 by chance
    r"zarina|quill|(?<!\w)1987(?!\w)|203\.0\.113\.|call-of-hers", flags=re.IGNORECASE
)


def leaks() -> dict[str, list[str]]:
    """The rows that hold one of the person's marks, by table."""
    found = {
        table: [row for row in text.splitlines() if MARKS.search(row)] for table, text in tables().items()
    }
    return {table: rows for table, rows in found.items() if rows}


def said(*options: str, person: str = USERNAME) -> str:
    out = io.StringIO()
    call_command("erase_person", person, *options, stdout=out)
    return out.getvalue()


def asked(by: User, *signers: User, title: str, reason: str = "") -> SignatureRequest:
    document = document_create(by=by, name=title, content=make_pdf(len(title)))
    wanted = [Asked(user_id=user.id, pages=(1,), corner="bottom-left") for user in signers]  # type: ignore[arg-type]
    return request_create(by=by, document_id=document.id, signers=wanted, reason=reason)[0]
