"""What the signers of each request do and which notifications of it get through: made up beforehand, by the seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.plan import Plan

SIGNED = "signed"
DECLINED = "signer_declined"
ERR_CODES = ("invaild_otp", "session_expired", "name_match_error", "otp_expired", "upstream_server_error")
# What becomes of a request, with its share of them.
COMPLETE, PARTLY, DECLINING, UNSIGNED = "complete", "partly signed", "declined", "unsigned"
FATES = {COMPLETE: 0.70, PARTLY: 0.12, DECLINING: 0.08, UNSIGNED: 0.10}
CREATED_WITHIN = 0.4  # of the load: later requests would have no time for their signers
LATE_SHARE = 0.2  # of the copies, which come out of order by up to a third of the load
RETURN_SHARE = 0.1  # of the attempts after which the signer's browser comes back to us
UPLOAD_SHARE = 0.05  # of the requests whose document comes in by an upload of its own


@dataclass(frozen=True)
class Attempt:
    """One signing session. It ends at Setu, which then notifies us: once for each of the delays, or never."""

    at: float  # s from the start of the load
    signer: int
    outcome: str  # SIGNED or an error code
    returns: bool
    delays: tuple[float, ...]


@dataclass(frozen=True)
class Story:
    """One request from beginning to end."""

    no: int
    created_at: float
    signers: int
    fate: str
    uploads: bool
    attempts: tuple[Attempt, ...]


def stories(plan: Plan) -> list[Story]:
    """As many stories as the plan has requests; their attempts are as many as its notifications."""
    rng = random.Random(plan.seed)
    sizes = _sizes(rng, plan)
    lost = set(rng.sample(range(plan.notifications), round(plan.dropped * plan.notifications)))
    number, told = 0, []
    for no, size in enumerate(sizes):
        fate = rng.choices(list(FATES), list(FATES.values()))[0]
        signers = rng.choices((1, 2, 3), (5, 3, 2))[0] + (fate == PARTLY)
        created_at = rng.uniform(0, CREATED_WITHIN * plan.load_seconds)
        times = sorted(rng.uniform(created_at + 2, plan.load_seconds) for _ in range(size))
        attempts = []
        for at, (signer, outcome) in zip(times, _outcomes(rng, fate, signers, size), strict=True):
            delays = () if number in lost else _delays(rng, plan)
            returns = rng.random() < RETURN_SHARE
            attempts.append(Attempt(at, signer, outcome, returns, delays))
            number += 1
        uploads = rng.random() < UPLOAD_SHARE
        told.append(Story(no, created_at, signers, fate, uploads, tuple(attempts)))
    return told


def _sizes(rng: random.Random, plan: Plan) -> list[int]:
    """How many attempts each request sees: between half and one and a half of the mean, exact in all."""
    mean = plan.notifications // plan.requests
    sizes = [rng.randint(max(4, mean // 2), mean + mean // 2) for _ in range(plan.requests)]
    while (missing := plan.notifications - sum(sizes)) != 0:
        step = 1 if missing > 0 else -1
        for no in rng.sample(range(plan.requests), min(abs(missing), plan.requests)):
            if sizes[no] + step >= 4:
                sizes[no] += step
    return sizes


def _outcomes(rng: random.Random, fate: str, signers: int, size: int) -> Sequence[tuple[int, str]]:
    """Who tries, and how it ends. Nobody tries after having signed."""
    signing = {COMPLETE: signers, PARTLY: rng.randint(1, signers - 1) if signers > 1 else 0}.get(fate, 0)
    places = [*rng.sample(range(size - 1), signing - 1), size - 1] if fate == COMPLETE else []
    if fate == PARTLY:
        places = rng.sample(range(size), signing)
    order = rng.sample(range(signers), signers)
    outcomes: list[tuple[int, str]] = []
    for place in range(size):
        if place in places:
            outcomes.append((order.pop(), SIGNED))
        elif fate == DECLINING and place == size - 1:
            outcomes.append((rng.choice(order), DECLINED))
        else:
            outcomes.append((rng.choice(order), rng.choice(ERR_CODES)))
    return outcomes


def _delays(rng: random.Random, plan: Plan) -> tuple[float, ...]:
    copies = rng.randint(1, plan.copies_max)
    late = plan.load_seconds / 3
    return tuple(
        rng.uniform(0, late) if rng.random() < LATE_SHARE else rng.expovariate(0.5) for _ in range(copies)
    )
