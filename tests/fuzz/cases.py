"""Calls for one operation: by the document and against it, some of them about things that are there."""

from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from tests.builders import PASSWORD, make_pdf
from tests.fuzz.people import World

PDF = make_pdf(2)
PDF_SHARE = 20  # one in so many uploads is a PDF, whose inspection starts a process
Case = Any


def strategies(operation: Any, world: World) -> st.SearchStrategy[Case]:
    """Half by the document, half against it (where there is anything to violate)."""
    good = st.builds(
        _about_what_is_there, operation.as_strategy(GenerationMode.POSITIVE), st.just(world), CHOICE
    )
    if not _takes_anything(operation):
        return good
    bad: st.SearchStrategy[Case] = operation.as_strategy(GenerationMode.NEGATIVE)
    return good | bad


CHOICE = st.integers(min_value=0, max_value=2**16)


def _takes_anything(operation: Any) -> bool:
    return bool(operation.body) or any(True for _ in operation.iter_parameters())


def _about_what_is_there(case: Case, world: World, choice: int) -> Case:
    """Random ids lead to 404s only: half of the calls name something that exists."""
    if choice % 2:
        return case
    pick = choice // 2
    ids = {"document_id": world.documents, "request_id": world.requests}
    if world.callback_token:
        ids["token"] = (world.callback_token,)
    for name, known in ids.items():
        if name in case.path_parameters:
            case.path_parameters[name] = known[pick % len(known)]
    body = case.body
    if isinstance(body, NotSet) or not isinstance(body, dict):
        return case
    if "documentId" in body:
        body["documentId"] = world.documents[pick % len(world.documents)]
        for place, signer in enumerate(body.get("signers", ())):
            signer["identifier"] = world.people[(pick + place) % len(world.people)]
    if "document" in body and pick % (PDF_SHARE // 2) == 0:
        body["document"] = PDF
    if "refresh" in body:
        body["refresh"] = world.refresh
    if case.operation.path == "/api/token/":
        body |= {"username": world.names[pick % len(world.names)], "password": PASSWORD}
    return case


def schema(app: Any) -> Any:
    """The document as the application serves it."""
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app)
