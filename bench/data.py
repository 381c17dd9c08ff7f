"""Rows to measure on. Made in bulk; those that are worked on exist at the stand-in as well."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from core.auth import tokens_for
from core.clock import after
from core.models import Job, Organization, Role, User
from signing.models import Document, SignatureRequest, Signer, SignerLink, Submission
from signing.models.signer import Corner
from signing.setu_provider import account_fingerprint
from signing.states import REQUEST_JOB, Stage, Status
from tests.builders import make_pdf

Made = dict[str, Any]  # a request as the stand-in answers its creation
SIGNERS = 2
ENOUGH_SECONDS = 86_400.0  # s: no look of the clock's falls into a measurement unless it is asked for
BATCH = 1000


@dataclass(frozen=True)
class Office:
    """An organization with a manager, and employees who sign."""

    organization: Organization
    manager: User
    employees: list[User]

    def token(self, user: User) -> str:
        return tokens_for(user)[0]


def office(name: str, *, employees: int = SIGNERS) -> Office:
    organization = Organization.objects.create(name=name)
    users = [
        User(
            username=f"{name}-{no}",
            organization=organization,
            role=Role.MANAGER if no == 0 else Role.EMPLOYEE,
        )
        for no in range(employees + 1)
    ]
    User.objects.bulk_create(users)
    return Office(organization, users[0], users[1:])


def requests_make(desk: Office, count: int, *, at_setu: Sequence[Made] = ()) -> list[SignatureRequest]:
    """Open requests, each with two signers.

    at_setu: the stand-in's answers to their creation; without it, they are known here only and nobody looks at them.
    """
    made: list[SignatureRequest] = []
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        made += _batch(desk, numbers, [at_setu[no] for no in numbers] if at_setu else [])
    return made


def _batch(desk: Office, numbers: range, at_setu: list[Made]) -> list[SignatureRequest]:
    common = {"organization": desk.organization, "created_by": desk.manager}
    documents = Document.objects.bulk_create(
        Document(name=f"Agreement {no}", blob=f"none/{no}", size=1000, pages=4, **common) for no in numbers
    )
    requests = SignatureRequest.objects.bulk_create(
        SignatureRequest(
            document=document,
            asked="bench",
            stage=Stage.SUBMITTED,
            status=Status.SIGN_INITIATED,
            setu_status="sign_initiated",
            **common,
        )
        for document in documents
    )
    signers = Signer.objects.bulk_create(_signers(desk, requests))
    if at_setu:
        _submissions(requests, signers, at_setu)
    Job.objects.bulk_create(Job(kind=REQUEST_JOB, subject=request.id) for request in requests)
    Job.objects.filter(subject__in=[request.id for request in requests]).update(due_at=after(ENOUGH_SECONDS))
    return requests


def _signers(desk: Office, requests: Sequence[SignatureRequest]) -> Iterator[Signer]:
    corners = list(Corner)
    for request in requests:
        for no, user in enumerate(desk.employees[:SIGNERS], start=1):
            yield Signer(
                request=request, user=user, no=no, display_name=user.username, pages=[1], corner=corners[no]
            )


def _submissions(
    requests: Sequence[SignatureRequest], signers: Sequence[Signer], at_setu: Sequence[Made]
) -> None:
    account = account_fingerprint()
    submissions = Submission.objects.bulk_create(
        Submission(
            request=request, no=1, account=account, setu_document_id=made["documentId"], setu_id=made["id"]
        )
        for request, made in zip(requests, at_setu, strict=True)
    )
    by_request: dict[UUID, list[Signer]] = {}
    for signer in signers:
        by_request.setdefault(signer.request_id, []).append(signer)
    SignerLink.objects.bulk_create(
        SignerLink(submission=submission, signer=signer, setu_signer_id=there["id"], url=there["url"])
        for submission, made in zip(submissions, at_setu, strict=True)
        for signer, there in zip(by_request[submission.request_id], made["signers"], strict=True)
    )


def created_at_setu(count: int) -> list[Made]:
    """So many requests opened at the stand-in, as a client of Setu's does it."""
    headers = {
        "x-client-id": os.environ["SETU_CLIENT_ID"],
        "x-client-secret": os.environ["SETU_CLIENT_SECRET"],
        "x-product-instance-id": os.environ["SETU_PRODUCT_INSTANCE_ID"],
    }
    pdf = make_pdf(1)
    http = httpx.Client(base_url=os.environ["SETU_BASE_URL"], headers=headers, timeout=30, trust_env=False)

    def create(no: int) -> Made:
        files = {"document": ("a.pdf", pdf, "application/pdf")}
        document = http.post(
            "/api/documents", data={"name": f"Agreement {no}"}, files=files
        ).raise_for_status()
        signers = [
            {
                "identifier": f"bench-{no}-{who}",
                "displayName": f"signer {who}",
                "signature": {"onPages": ["1"], "position": corner, "height": 60, "width": 180},
            }
            for who, corner in enumerate(("bottom-left", "bottom-right"))
        ]
        body = {"documentId": document.json()["id"], "redirectUrl": "https://localhost/", "signers": signers}
        made: Made = http.post("/api/signature", json=body).raise_for_status().json()
        return made

    with http, ThreadPoolExecutor(4) as pool:
        return list(pool.map(create, range(count)))
