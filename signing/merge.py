"""How what Setu answered at different times becomes one state, whatever the order of arrival.

`signed` and `sign_complete` never regress; everything else follows the newest look. Each part keeps the greater of
two observations by (final, look, …), so merging is commutative, associative and idempotent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from signing.states import SETU_COMPLETE, SETU_SIGNED


@dataclass(frozen=True)
class SignerSeen:
    look: int  # the fence of the claim under which the GET was made: later looks have higher ones
    status: str
    err_code: str = ""


@dataclass(frozen=True)
class Seen:
    """A request as Setu showed it; `signers` by Setu's signer id."""

    look: int
    status: str
    signers: Mapping[str, SignerSeen]


def merge(known: Seen, seen: Seen) -> Seen:
    """One state out of two observations. Pure. A signer that one of them lacks is kept."""
    request = max((known, seen), key=lambda s: (s.status == SETU_COMPLETE, s.look, s.status))
    ids = known.signers.keys() | seen.signers.keys()
    return Seen(
        look=request.look,
        status=request.status,
        signers={
            signer_id: max(
                (side.signers[signer_id] for side in (known, seen) if signer_id in side.signers),
                key=lambda s: (s.status == SETU_SIGNED, s.look, s.status, s.err_code),
            )
            for signer_id in ids
        },
    )
