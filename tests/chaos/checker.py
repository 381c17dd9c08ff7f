"""The invariants I1 to I8, judged from facts. Pure: each breach is a sentence that begins with its number.

I1 each 200 to a notification has a row. I2 nothing confirmed goes backwards. I3 the end state is Setu's. I4 exactly
one archive, row and object, per completed request, equal to what Setu serves. I5 the chains hold, with one completion
each, and the rows follow from them. I6 nothing is complete without its file and a look that said so. I7 no work is
stuck or late. I8 no secret, name, link, reference or id of Setu's is in a log or in Redis.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from signing.states import SETU_COMPLETE, SETU_SIGNED, Status
from tests.chaos.facts import Facts
from tests.chaos.plan import TICK_SECONDS
from tests.chaos.watcher import differences

SLACK_SECONDS = 15.0  # to work off what a tick rang
NEVER_SECONDS = 43_200.0  # an open request is looked at twice a day at least
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WORD = re.compile(r"[\w-]+")
RELEASE = re.compile(r"/s/[\w.:-]{16,}")  # with its token: a route, /s/<str:token>/, is none


def check(
    facts: Facts,
    *,
    acknowledged: Iterable[str],
    expected: Iterable[str],
    named: Iterable[str] = (),
    late: float | None = None,
) -> list[str]:
    """acknowledged: digests answered with 200. expected: our requests' ids as the API gave them, one for each ask.

    named: ids at Setu that somebody has named to us. late: the seconds in which not all was as Setu had it, if so.
    """
    return [
        *([f"I7 not all was as Setu had it within {late:.0f} s"] if late is not None else []),
        *_inbox(facts, acknowledged),
        *_steps_back(facts),
        *_end_state(facts, set(expected), set(named)),
        *_archives(facts),
        *_chains(facts),
        *_proofs(facts),
        *_stuck(facts),
        *_leaks(facts),
    ]


def _inbox(facts: Facts, acknowledged: Iterable[str]) -> Iterator[str]:
    for digest in acknowledged:
        if digest not in facts.deliveries:
            yield f"I1 a notification was acknowledged and has no row: {digest[:12]}"


def _steps_back(facts: Facts) -> Iterator[str]:
    """As recorded: rows are only sampled, and not while PostgreSQL is down."""
    for id_, links in facts.looks.items():
        complete, signed = False, set()
        for link in links:
            if complete and link.setu_status != SETU_COMPLETE:
                yield f"I2 request {id_} was {SETU_COMPLETE} and a later look recorded {link.setu_status}"
            complete = complete or link.setu_status == SETU_COMPLETE
            for signer, word in link.words.items():
                if signer in signed and word != SETU_SIGNED:
                    yield f"I2 signer {signer} of request {id_} had signed and a later look recorded {word}"
                elif word == SETU_SIGNED:
                    signed.add(signer)


def _end_state(facts: Facts, expected: set[str], named: set[str]) -> Iterator[str]:
    for id_ in sorted(expected - facts.rows.keys()):
        yield f"I3 request {id_} was accepted and is not there"
    for id_ in sorted(facts.rows.keys() - expected):
        yield f"I3 request {id_} is a second one for an ask, or nobody's"
    for id_, how in differences(facts.rows, facts.truth, facts.submissions).items():
        yield f"I3 request {id_} {how}"
    current = set(facts.submissions.values())
    for setu_id, request in facts.truth.items():
        if setu_id in current:
            continue
        if reference_of(request["redirectUrl"]) not in facts.references:
            yield "I3 Setu has a request that we know nothing of"
        elif setu_id in named:
            yield "I3 a superseded request is still at Setu, though somebody has named it"


def reference_of(redirect_url: str) -> str:
    """Our reference in an address of the form …/return/<reference>/."""
    return urlsplit(redirect_url).path.strip("/").rpartition("/")[2]


def _archives(facts: Facts) -> Iterator[str]:
    per_request = Counter(archive.request_id for archive in facts.archives)
    for id_, number in per_request.items():
        if number > 1:
            yield f"I4 request {id_} has {number} archive rows"
    named = facts.originals | {archive.blob for archive in facts.archives}
    for name in facts.blobs.keys() - named:
        yield f"I4 an object that no row names: {name}"
    per_blob = Counter(archive.blob for archive in facts.archives)
    for name, number in per_blob.items():
        if number > 1:
            yield f"I4 {number} archive rows share the object {name}"
    for archive in facts.archives:
        if archive.request_id not in facts.setu_files:
            yield f"I4 request {archive.request_id} has a file and Setu serves none to compare it with"
        elif facts.setu_files[archive.request_id] != archive.sha256:
            yield f"I4 request {archive.request_id} has another file than Setu serves"


def _chains(facts: Facts) -> Iterator[str]:
    for whose, place in facts.broken_chains.items():
        yield f"I5 the chain of {whose} is broken at {place}"
    for id_, row in facts.rows.items():
        number, due = facts.completions[id_], int(row.status == Status.SIGN_COMPLETE)
        if number != due:
            yield f"I5 request {id_} is {row.status} and has {number} completions in its chain"
    for difference in facts.drift:
        yield f"I5 the rows do not follow from the chain: {difference}"


def _proofs(facts: Facts) -> Iterator[str]:
    archives = {archive.request_id: archive for archive in facts.archives}
    for id_, row in facts.rows.items():
        archive = archives.get(id_)
        complete = row.status == Status.SIGN_COMPLETE
        if complete and archive is None:
            yield f"I6 request {id_} is complete without an archive row"
        elif archive and not complete:
            yield f"I6 request {id_} has an archive row and is {row.status}"
        elif archive and facts.blobs.get(archive.blob) != archive.sha256:
            yield f"I6 request {id_} is complete and its stored file is missing or another"
        if (complete or facts.completions[id_]) and not _seen_complete(facts, id_):
            yield f"I6 request {id_} is complete and no look before that said so"


def _seen_complete(facts: Facts, id_: str) -> bool:
    """Whether a look at Setu that said so is recorded before the completion, where one is recorded."""
    first = facts.completed_at.get(id_)
    return any(
        link.setu_status == SETU_COMPLETE and (first is None or link.seq < first)
        for link in facts.looks.get(id_, ())
    )


def _stuck(facts: Facts) -> Iterator[str]:
    limit = TICK_SECONDS + SLACK_SECONDS
    for work in facts.works:
        held = work.free_in is not None and work.free_in > -limit
        if work.dead:
            yield f"I7 the job {work.kind} of {work.subject} is dead"
        elif work.owed and work.due_in is None:
            yield f"I7 the job {work.kind} of {work.subject} is owed and has no due time"
        elif work.due_in is not None and work.due_in < -limit and not held:
            yield f"I7 the job {work.kind} of {work.subject} has been due for {-work.due_in:.0f} s"
        elif work.due_in is not None and work.due_in > NEVER_SECONDS:
            yield f"I7 the job {work.kind} of {work.subject} is due in {work.due_in / 3600:.0f} hours only"
    if facts.strays_waiting:
        yield f"I7 {facts.strays_waiting} ids that were named have not been looked at"


def _leaks(facts: Facts) -> Iterator[str]:
    setu_ids = facts.setu_ids | ids_of(facts.truth.values())
    references = facts.references | {reference_of(one["redirectUrl"]) for one in facts.truth.values()}
    for place, text in facts.logs.items():
        for label, value in facts.canaries.items():
            if value in text:
                yield f"I8 {label} is in {place}"
        if found := setu_ids.intersection(UUID.findall(text)):
            yield f"I8 {len(found)} ids of Setu's are in {place}"
        if RELEASE.search(text):
            yield f"I8 a signer's link of ours is in {place}"
        if found := references.intersection(WORD.findall(text)):
            yield f"I8 {len(found)} references of ours are in {place}"


def ids_of(requests: Iterable[Mapping[str, object]]) -> set[str]:
    ids: set[str] = set()
    for request in requests:
        signers = request["signers"]
        assert isinstance(signers, list)
        ids |= {str(request["id"]), str(request["documentId"]), *(str(signer["id"]) for signer in signers)}
    return ids
