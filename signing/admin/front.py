"""The front page's panels of the business and of Setu."""

from django.utils import timezone

from core.console import panels
from core.console.panels import BAD, OK, WARN, Line, Panel, counted
from core.console.shown import duration, list_url
from signing.calls import ANSWERS, last_call
from signing.models import SignatureRequest, Stray
from signing.services.orphans import orphans_at_setu
from signing.states import Status, StrayOutcome
from signing.troubles import CANCELLING, STUCK, in_trouble

OPEN = (Status.QUEUED, Status.SIGN_INITIATED, Status.SIGN_IN_PROGRESS, Status.SIGN_PENDING)
SAYS = {
    Status.QUEUED: "accepted, not yet at Setu",
    Status.SIGN_INITIATED: "at Setu, nobody has signed",
    Status.SIGN_IN_PROGRESS: "somebody is signing just now",
    Status.SIGN_PENDING: "some have signed, or the file is being fetched",
}


@panels.register
def open_requests() -> Panel:
    listed, rows = list_url("signing_signaturerequest"), SignatureRequest.objects.all()
    lines = [
        counted(status.value, rows.filter(status=status), url=f"{listed}?status={status.value}")
        for status in OPEN
    ]
    return Panel(
        "Open requests",
        [
            counted("Stuck", in_trouble(rows, STUCK), url=f"{listed}?trouble={STUCK}", level=BAD,
                    says="Dead, failing or overdue work, or a quarantined file. Begin here."),
            counted("Quarantined", rows.filter(status=Status.QUARANTINED),
                    url=f"{listed}?status={Status.QUARANTINED.value}", level=BAD,
                    says="The signed file failed our check. Look now fetches it anew; else tell the developers."),
            counted("Being cancelled", in_trouble(rows, CANCELLING), url=f"{listed}?trouble={CANCELLING}", level=WARN,
                    says="Decided, and waiting for Setu. Longer than some minutes: is Setu down?"),
            *lines,
        ],
    )  # fmt: skip


@panels.register
def setu() -> Panel:
    waiting = Stray.objects.filter(outcome="")
    strays = counted(
        "Unknown ids to ask about", waiting, url=f"{list_url('signing_stray')}?outcome=waiting", level=WARN,
        says="Named by callbacks; one a second is looked up.",
    )  # fmt: skip
    orphans = counted(
        "Given up and still at Setu", orphans_at_setu(signed=False), level=WARN,
        url=list_url("signing_signaturerequest"),
        says="Deleted there as soon as Setu lets us; tried each ten minutes.",
    )  # fmt: skip
    signed = counted(
        "Superseded, and signed", Stray.objects.filter(outcome=StrayOutcome.SIGNED), level=BAD,
        url=f"{list_url('signing_stray')}?outcome={StrayOutcome.SIGNED.value}",
        says="Kept at Setu beside the request that counts, until you decide: docs/operations.md.",
    )  # fmt: skip
    return Panel("Setu", [_last_call(), strays, orphans, signed])


def _last_call() -> Line:
    last, url = last_call(), list_url("core_counter")
    if last is None:
        return Line("Last call", "none yet", url=url)
    ago = duration(max(0.0, (timezone.now() - last.at).total_seconds()))
    outcome = last.labels.get("outcome", "")
    if outcome in ANSWERS:
        return Line("Last call", f"answered {ago} ago", level=OK, url=url)
    if outcome == "denied":
        return Line("Last call", f"denied {ago} ago", level=BAD, url=url,
                    says="Setu does not accept our credentials, or our address: `manage.py doctor`.")  # fmt: skip
    return Line(
        "Last call", f"failed {ago} ago", level=WARN, url=url, says="Setu is slow or down; work waits for it."
    )
