"""What stands below a request's page, and below a user's."""

from core.console import sections
from core.console.history import history
from core.console.sections import Table
from core.console.shown import badge, moment, page_of, size
from core.models import User
from signing.models import SignatureRequest, SignedFile, Signer, Submission
from signing.selectors import job_get
from signing.services.orphans import orphans_at_setu
from signing.setu.errcodes import meaning
from signing.setu_provider import account_fingerprint
from signing.states import SignerStatus

LEVELS = {SignerStatus.SIGNED: "ok", SignerStatus.DECLINED: "bad", SignerStatus.IN_PROGRESS: "warn"}
ROWS_MAX = 50


@sections.register(SignatureRequest)
def signers(request: SignatureRequest) -> Table:
    found = list(Signer.objects.filter(request=request).select_related("user").order_by("no")[:ROWS_MAX])
    rows = [
        (
            signer.no,
            page_of(signer.user, signer.user.username),
            signer.display_name,
            badge(signer.status, LEVELS.get(signer.status, "")),
            f"{signer.err_code}: {meaning(signer.err_code).sentence}" if signer.err_code else "",
            moment(signer.released_at, empty="never"),
            moment(signer.signed_at),
            f"{signer.corner}, p. {', '.join(map(str, signer.pages[:5]))}{'…' if len(signer.pages) > 5 else ''}",
        )
        for signer in found
    ]
    columns = (
        "No.",
        "User",
        "Name sent to Setu",
        "Status",
        "Last failure",
        "Link followed",
        "Signed",
        "Where",
    )
    return Table("Signers", columns, rows)


@sections.register(SignatureRequest)
def work(request: SignatureRequest) -> Table:
    job = job_get(request=request)
    columns = ("Next run", "Rung by", "Failures", "Crashes", "Last error", "Leased until", "Given up", "Runs")
    rows = [
        (
            moment(None if job.dead_at else job.due_at, empty="not planned"),
            job.cause,
            job.failures,
            job.crashes,
            job.last_error,
            moment(job.leased_until),
            moment(job.dead_at),
            page_of(job, str(job.fence)),
        )
        for job in [job]
        if job
    ]
    return Table("Work", columns, rows, empty="No work was ever asked for.")


@sections.register(SignatureRequest)
def submissions(request: SignatureRequest) -> Table:
    ours = account_fingerprint()
    signed = set(orphans_at_setu(signed=True).filter(request=request).values_list("id", flat=True))
    rows = [
        (
            each.no,
            badge("superseded, and signed", "bad") if each.id in signed else _stage(each),
            moment(each.created_at),
            moment(each.create_sent_at),
            moment(each.orphaned_at),
            moment(each.delete_tried_at),
            moment(each.deleted_at),
            badge("present", "ok") if each.account == ours else badge("another", "bad"),
        )
        for each in Submission.objects.filter(request=request).order_by("-no")[:ROWS_MAX]
    ]
    columns = ("No.", "State", "Begun", "Create sent", "Given up", "Removal tried", "Removed", "Setu account")
    return Table("Submissions to Setu", columns, rows, empty="It was never sent to Setu.")


def _stage(submission: Submission) -> str:
    if submission.deleted_at:
        return badge("removed at Setu")
    if submission.orphaned_at:
        return badge("orphan: to be removed" if submission.setu_id else "given up, outcome unknown", "warn")
    if submission.setu_id:
        return badge("open at Setu", "ok")
    if submission.create_sent_at:
        return badge("sent, no answer yet", "warn")
    return badge("uploaded" if submission.setu_document_id else "begun")


@sections.register(SignatureRequest)
def signed_file(request: SignatureRequest) -> Table:
    rows = [
        (size(file.size), file.signatures, file.sha256, moment(file.archived_at))
        for file in SignedFile.objects.filter(request=request)
    ]
    columns = ("Size", "Intact signatures", "SHA-256", "Kept since")
    return Table(
        "Signed file",
        columns,
        rows,
        empty="Not there yet.",
        note="Contracts are read by the people concerned, in SignFlow itself; not here.",
    )


@sections.register(SignatureRequest)
def events(request: SignatureRequest) -> Table:
    names = Signer.objects.filter(request=request).values_list("id", "user_id", "user__username")[:ROWS_MAX]
    known = {str(key): name for signer, user, name in names for key in (signer, user)}
    return history(request.id, names=known)


@sections.register(User)
def requests_to_sign(user: User) -> Table:
    parts = Signer.objects.filter(user=user).select_related("request__document")
    rows = [
        (
            page_of(part.request, part.request.document.name),
            part.request.status,
            badge(part.status, LEVELS.get(part.status, "")),
            moment(part.request.created_at),
        )
        for part in parts.order_by("-request__created_at")[:20]
    ]
    return Table(
        "Asked to sign, the last 20", ("Document", "Request", "Their part", "Asked"), rows, empty="Never yet."
    )
