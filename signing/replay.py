"""A request's state recomputed from its chain of events: what the rows must be if nothing drifted.

Pure. Recorded looks are merged as they were when they came, so a chain that tells of a step back does not take one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from signing.merge import Seen, SignerSeen, merge
from signing.states import ENDINGS, SETU_COMPLETE, SETU_SIGNED, Stage, Status, status_of

NOTHING_SEEN = Seen(look=0, status="", signers={})
UNSEEN = SignerSeen(look=0, status="pending")  # a signer of whom no look has told anything
ENDS = {f"request.{ending.value}": ending for ending in ENDINGS} | {"request.completed": Status.SIGN_COMPLETE}


class Unreadable(Exception):
    """A recorded event does not hold what its kind needs: its details were erased, or another release wrote it."""


@dataclass(frozen=True)
class State:
    """The columns that follow from the chain. signers: by our own signer's id.

    people: the ids of the users who were asked, in their order. signed: the signers with a time of signing.
    """

    stage: str = Stage.QUEUED
    ending: str = ""
    ending_reason: str = ""
    setu: Seen = NOTHING_SEEN
    people: tuple[str, ...] = ()
    signed: frozenset[str] = frozenset()
    file: str = ""  # digest of the signed file, the one it is stored by, and how many signatures it holds
    blob: str = ""
    signatures: int = 0
    cancel_asked: bool = False
    status: str = Status.QUEUED


@dataclass(frozen=True)
class Difference:
    column: str
    recorded: str
    live: str


def replayed(links: Iterable[tuple[str, Mapping[str, Any] | None]]) -> State:
    """The state after these events, each a kind and its details (None: erased). Raises Unreadable."""
    state = State()
    for kind, data in links:
        try:
            state = _after(state, kind, data or {})
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"{kind} lacks {error}" if data else f"{kind} has lost its details") from None
    status = status_of(
        stage=state.stage,
        ending=state.ending,
        setu_status=state.setu.status,
        signer_statuses=[signer.status for signer in state.setu.signers.values()],
    )
    signed = frozenset(key for key, signer in state.setu.signers.items() if signer.status == SETU_SIGNED)
    return replace(state, status=status, signed=signed)


def _after(state: State, kind: str, data: Mapping[str, Any]) -> State:
    if kind == "request.created":
        return replace(state, people=tuple(data["signers"]))
    if kind == "request.submitted":
        return replace(state, stage=Stage.SUBMITTED)
    if kind == "look.changed":
        return _looked(state, data)
    if kind == "request.quarantined":
        return replace(state, stage=Stage.QUARANTINED, ending_reason=data["reason"])
    if kind == "request.checked_again":
        return replace(state, stage=Stage.ARCHIVING, ending_reason="")
    if kind in ("request.cancel_asked", "request.cancel_overruled"):
        return replace(state, cancel_asked=kind == "request.cancel_asked")
    if kind == "request.completed":
        digest, number = data["sha256"], data["signatures"]
        state = replace(state, file=digest, blob=digest, signatures=number, ending_reason="")
    if kind in ENDS:
        reason = data.get("reason", state.ending_reason)
        return replace(state, stage=Stage.ENDED, ending=ENDS[kind], ending_reason=reason)
    return state  # releases of links


def _looked(state: State, data: Mapping[str, Any]) -> State:
    look = int(data["look"])
    signers = {key: SignerSeen(look, status, code) for key, (status, code) in data["signers"].items()}
    setu = merge(state.setu, Seen(look=look, status=data["setu_status"], signers=signers))
    archiving = state.stage == Stage.SUBMITTED and setu.status == SETU_COMPLETE
    return replace(state, setu=setu, stage=Stage.ARCHIVING if archiving else state.stage)


def differences(recorded: State, live: State, *, fence: int) -> Iterator[Difference]:
    """Every column in which the live rows are not what was recorded. fence: of the request's job.

    Looks that changed nothing are not recorded: the live rows' last look may be a later one, up to the fence.
    """
    for column in (
        "stage",
        "status",
        "ending",
        "ending_reason",
        "people",
        "file",
        "blob",
        "signatures",
        "cancel_asked",
    ):
        yield from _differ(column, getattr(recorded, column), getattr(live, column))
    yield from _differ("setu_status", recorded.setu.status, live.setu.status)
    if not recorded.setu.look <= live.setu.look <= fence:
        yield Difference("seen_look", f"{recorded.setu.look} to {fence}", str(live.setu.look))
    for key in sorted(recorded.setu.signers.keys() | live.setu.signers.keys()):
        if key not in live.setu.signers:
            yield Difference(f"signer {key}", "there", "gone")
            continue
        told, shown = recorded.setu.signers.get(key, UNSEEN), live.setu.signers[key]
        yield from _differ(f"signer {key} setu_status", told.status, shown.status)
        yield from _differ(f"signer {key} err_code", told.err_code, shown.err_code)
        if not told.look <= shown.look <= fence:
            yield Difference(f"signer {key} seen_look", f"{told.look} to {fence}", str(shown.look))
        yield from _differ(f"signer {key} signed_at set", key in recorded.signed, key in live.signed)


def _differ(column: str, recorded: object, live: object) -> Iterator[Difference]:
    if recorded != live:
        yield Difference(column, _text(recorded), _text(live))


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
