"""Looks at SignFlow's rows while a run goes on: who may sign now, whether a state went backwards, when all is right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from signing.models import SignatureRequest, Signer, SignerLink, Submission
from signing.states import SETU_COMPLETE, SETU_SIGNED, Stage, Status, status_of

RANK = {
    stage: rank for rank, stage in enumerate((Stage.QUEUED, Stage.SUBMITTED, Stage.ARCHIVING, Stage.ENDED))
}
RANK[Stage.QUARANTINED] = RANK[Stage.ARCHIVING]  # a person may send it back


@dataclass(frozen=True)
class Row:
    """One request as it stands. signers: our signer id → (Setu's word, error code)."""

    stage: str
    status: str
    setu_status: str
    signers: Mapping[str, tuple[str, str]]


def rows() -> dict[str, Row]:
    """All requests, in two statements."""
    signers: dict[str, dict[str, tuple[str, str]]] = {}
    for request_id, signer_id, word, code in Signer.objects.values_list(
        "request_id", "id", "setu_status", "err_code"
    ):
        signers.setdefault(str(request_id), {})[str(signer_id)] = word, code
    found = SignatureRequest.objects.values_list("id", "stage", "status", "setu_status")
    return {str(row[0]): Row(row[1], row[2], row[3], signers.get(str(row[0]), {})) for row in found}


def regressions(before: Mapping[str, Row], after: Mapping[str, Row]) -> list[str]:
    """I2: what was confirmed and is not any more."""
    found = []
    for id_, old in before.items():
        new = after.get(id_)
        if new is None:
            found.append(f"I2 request {id_} is gone")
            continue
        if RANK[Stage(new.stage)] < RANK[Stage(old.stage)]:
            found.append(f"I2 request {id_} went from {old.stage} back to {new.stage}")
        if old.setu_status == SETU_COMPLETE != new.setu_status:
            found.append(f"I2 request {id_} was {SETU_COMPLETE} at Setu and is {new.setu_status}")
        found += [
            f"I2 signer {signer} of request {id_} had signed and is {new.signers.get(signer, ('gone',))[0]}"
            for signer, (word, _) in old.signers.items()
            if word == SETU_SIGNED and new.signers.get(signer, ("gone",))[0] != SETU_SIGNED
        ]
    return found


@dataclass(frozen=True)
class Opened:
    """A request whose signers have links now; signers in their order, as a notification shows them."""

    request_id: str
    setu_id: str
    document_id: str
    signers: list[dict[str, Any]]


def opened(unopened: Iterable[str]) -> list[Opened]:
    """Those of the named requests that are open at Setu."""
    found = []
    submissions = list(
        Submission.objects.filter(
            request__in=list(unopened),
            request__stage=Stage.SUBMITTED,
            orphaned_at__isnull=True,
            setu_id__isnull=False,
        )
    )
    links: dict[int, list[SignerLink]] = {}
    for link in (
        SignerLink.objects.filter(submission__in=submissions).select_related("signer").order_by("signer__no")
    ):
        links.setdefault(link.submission_id, []).append(link)
    for submission in submissions:
        signers = [
            {
                "id": link.setu_signer_id,
                "identifier": link.signer.id.hex,
                "displayName": link.signer.display_name,
                "status": "pending",
                "errCode": "",
                "signatureDetails": {},
            }
            for link in links.get(submission.id, [])
        ]
        assert submission.setu_id
        found.append(
            Opened(str(submission.request_id), submission.setu_id, submission.setu_document_id or "", signers)
        )
    return found


Truth = Mapping[str, Mapping[str, Any]]  # Setu's id → the request as the stand-in shows it


def current() -> dict[str, str]:
    """Our request's id → the id of its current submission at Setu."""
    pairs = Submission.objects.filter(orphaned_at__isnull=True, setu_id__isnull=False)
    return {str(ours): str(theirs) for ours, theirs in pairs.values_list("request_id", "setu_id")}


def _not_open(row: Row) -> str:
    """How a request that is open at Setu is shown as something else; "" if it is not."""
    words = [word for word, _ in row.signers.values()]
    due = status_of(stage=Stage.SUBMITTED, ending="", setu_status=row.setu_status, signer_statuses=words)
    if row.stage == Stage.SUBMITTED and row.status == due:
        return ""
    return f"is {row.stage} and shown as {row.status}"


def differences(ours: Mapping[str, Row], truth: Truth, submissions: Mapping[str, str]) -> dict[str, str]:
    """I3: our request's id → how it differs from what Setu says in the end. Empty when all is right."""
    found = {}
    for id_, row in ours.items():
        setu = truth.get(submissions.get(id_, ""))
        if setu is None:
            found[id_] = f"is {row.stage} and not at Setu"
            continue
        complete = setu["status"] == SETU_COMPLETE
        if row.setu_status != setu["status"]:
            found[id_] = f"is {row.setu_status or 'unseen'} where Setu says {setu['status']}"
        elif complete and row.status != Status.SIGN_COMPLETE:
            found[id_] = f"is {row.status} where Setu says {setu['status']}"
        elif not complete and (how := _not_open(row)):  # nobody cancels or waits for an expiry in a run
            found[id_] = f"{how} where Setu says {setu['status']}"
        else:
            theirs = {
                signer["identifier"]: (signer["status"], signer["errCode"] or "")
                for signer in setu["signers"]
            }
            mine = {signer.replace("-", ""): words for signer, words in row.signers.items()}
            if mine != theirs:
                found[id_] = "has signers that differ from Setu's"
    return found
