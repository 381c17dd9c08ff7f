"""The one table of a run."""

from collections import Counter
from collections.abc import Mapping

from tests.chaos.facts import Facts
from tests.chaos.history import Story
from tests.chaos.plan import LEASE_SECONDS, TICK_SECONDS, Plan
from tests.chaos.record import Record
from tests.chaos.stage import Stage


def table(
    plan: Plan,
    stage: Stage,
    record: Record,
    facts: Facts,
    calls: Mapping[str, int],
    recovered: float | None,
    told: list[Story],
    breaches: list[str],
) -> str:
    counts = record.counts
    acknowledged = [digest for digest, at in record.digests.items() if at is not None]
    lost = sum(digest not in facts.deliveries for digest in acknowledged)
    per_request = Counter(archive.request_id for archive in facts.archives)
    doubled = sum(number - 1 for number in per_request.values())
    doubled += sum(max(0, number - 1) for number in facts.completions.values())
    fates = Counter(story.fate for story in told)
    ends = Counter(row.status for row in facts.rows.values())
    faults = {
        name: counts[name]
        for name in sorted(counts)
        if " of " in name or name in ("bad networks", "kills put off", "false completions sent")
    }
    odd = {name: counts[name] for name in sorted(counts) if name.startswith(("sent: ", "asked", "given up"))}
    ended = {name: one.ended_itself for name, one in stage.processes.items() if one.ended_itself}
    orphans = facts.truth.keys() - set(facts.submissions.values())
    active, warm = plan.check_seconds
    wrong = sum("I3 request" in breach for breach in breaches)
    lines = {
        "requests": f"{len(facts.rows)}: {_list(fates)}",
        "notifications": f"{counts['attempts']}, of them never sent {counts['notifications dropped']}",
        "sent": f"{counts['sent']} in {counts['load seconds']} s",
        "acknowledged": f"{counts['acknowledged']} ({len(acknowledged)} different)",
        "answered": _times(record.answer_seconds),
        "lost": str(lost),
        "doubled": str(doubled),
        "in Setu's final state": f"{len(facts.rows) - wrong}: {_list(ends)}",
        "slowest recovery": _recovery(record, recovered),
        "  allowed": f"{plan.recovery_seconds:.0f} s: lease {LEASE_SECONDS:.0f} + T {TICK_SECONDS:.0f} + 15",
        "GETs to Setu": f"{calls.get('get', 0)} ({calls.get('get', 0) / max(1, len(facts.rows)):.1f} a request)",
        "other calls": _list({name: number for name, number in sorted(calls.items()) if name != "get"}),
        "faults": _list(faults) or "none",
        "not well answered": _list(odd) or "none",
        "ended by themselves": _list(ended) or "none",
        "superseded at Setu": f"{len(orphans - record.named)} nobody has named, {len(orphans & record.named)} named",
        "clock": f"CLOCK_GETS_PER_SECOND={plan.clock_gets}, looks each {active} s while active, {warm} s while warm",
        "servers": "; ".join(kind.split(" of ")[0] for kind in stage.kinds),
        "duration": f"{record.now:.0f} s",
        "seed": str(plan.seed),
        "breaches": str(len(breaches)),
    }
    width = max(map(len, lines))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines.items())


def _recovery(record: Record, recovered: float | None) -> str:
    if recovered is None:
        return "not in time"
    since_fault = record.quiet_since + recovered - record.last_fault_at
    since_act = record.quiet_since + recovered - record.last_act_at
    return f"{since_fault:.0f} s after the last fault, {since_act:.0f} s after the last signer's act"


def _times(seconds: list[float]) -> str:
    if not seconds:
        return "never"
    ordered = sorted(seconds)
    shares = {"half": 0.5, "99 of 100": 0.99}
    found = [
        f"{name} within {ordered[int(share * (len(ordered) - 1))] * 1000:.0f} ms"
        for name, share in shares.items()
    ]
    return ", ".join([*found, f"all within {ordered[-1] * 1000:.0f} ms"])


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())
