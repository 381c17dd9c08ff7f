"""Rows with defaults: a test changes the one fact it is about."""

import io
from typing import Any
from uuid import UUID

import pikepdf

from core.models import Organization, Role, User
from core.storage import blob_keep
from signing.models import Document, SignatureRequest, Signer, SignerLink, Submission
from signing.models.signer import Corner
from signing.services.moves import status_refresh
from signing.setu_provider import account_fingerprint
from signing.states import Stage

PASSWORD = "correct horse battery staple"


def make_pdf(pages: int = 3) -> bytes:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def make_organization(name: str = "Kaveri Works") -> Organization:
    return Organization.objects.create(name=name)


def make_user(username: str, *, organization: Organization | None, **fields: Any) -> User:
    return User.objects.create_user(username=username, password=PASSWORD, organization=organization, **fields)


def make_manager(username: str = "meera", *, organization: Organization) -> User:
    return make_user(username, organization=organization, role=Role.MANAGER)


def make_employee(username: str = "asha", *, organization: Organization, **fields: Any) -> User:
    return make_user(username, organization=organization, **fields)


def make_document(
    *, by: User, name: str = "Contract", content: bytes | None = None, pages: int = 3
) -> Document:
    content = content or make_pdf(pages)
    blob = blob_keep(organization_id=by.tenant.id, content=content)
    return Document.objects.create(
        organization=by.tenant, name=name, blob=blob, size=len(content), pages=pages, created_by=by
    )


def make_request(
    *,
    by: User,
    signers: list[User],
    stage: str = Stage.SUBMITTED,
    setu_id: str = "setu-1",
    setu_status: str = "sign_initiated",
    **fields: Any,
) -> SignatureRequest:
    """A request as it stands after being submitted (or queued, ended …), without any call to Setu."""
    request = SignatureRequest.objects.create(
        organization=by.tenant,
        document=fields.pop("document", None) or make_document(by=by),
        created_by=by,
        asked="asked",
        stage=stage,
        setu_status="" if stage == Stage.QUEUED else setu_status,
        **fields,
    )
    rows = [
        Signer.objects.create(
            request=request,
            user=user,
            no=no,
            display_name=user.username,
            pages=[1],
            corner=list(Corner)[no % 4],
        )
        for no, user in enumerate(signers, start=1)
    ]
    if stage != Stage.QUEUED:
        submission = Submission.objects.create(
            request=request,
            no=1,
            account=account_fingerprint(),
            setu_document_id=f"doc-{setu_id}",
            setu_id=setu_id,
        )
        for row in rows:
            SignerLink.objects.create(
                submission=submission,
                signer=row,
                setu_signer_id=f"{setu_id}-{row.no}",
                url=f"https://setu.test/sign/{setu_id}/{row.no}",
            )
    status_refresh(request)
    request.save()
    return request


def reloaded(request: SignatureRequest | UUID | str) -> SignatureRequest:
    return SignatureRequest.objects.get(id=getattr(request, "id", request))
