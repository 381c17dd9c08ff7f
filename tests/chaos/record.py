"""What a run has done and seen: the figures of its table and what the checker holds SignFlow to."""

import hashlib
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Record:
    """digests: of each body that was sent, when it was first acknowledged (s from the start) or None.

    named: Setu's ids that somebody named to us with an answer of 200.
    """

    began: float = field(default_factory=time.monotonic)
    counts: Counter[str] = field(default_factory=Counter)
    digests: dict[str, float | None] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    request_ids: dict[int, str] = field(default_factory=dict)  # story's number → ours
    breaches: list[str] = field(default_factory=list)  # seen while it ran
    setu_ids: set[str] = field(default_factory=set)  # all that were ever there
    dumps: dict[str, str] = field(default_factory=dict)  # of Redis, before each flush
    last_fault_at: float = 0.0
    last_act_at: float = 0.0  # a signer's, at Setu
    answer_seconds: list[float] = field(
        default_factory=list
    )  # of all that asked SignFlow's web, whatever the answer
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def now(self) -> float:
        """Seconds since the load began."""
        return time.monotonic() - self.began

    @property
    def quiet_since(self) -> float:
        """When the last thing happened from which SignFlow has to recover, or which it has to notice."""
        return max(self.last_fault_at, self.last_act_at)

    def start(self) -> None:
        self.began = time.monotonic()

    def note(self, what: str, **facts: Any) -> None:
        """One line of the history file. Ids only."""
        self.lines.append({"at": round(self.now, 3), "what": what, **facts})

    def fault(self, name: str, **facts: Any) -> None:
        self.last_fault_at = self.now
        self.counts[name] += 1
        self.note("fault", fault=name, **facts)

    def sent(self, body: bytes) -> str:
        digest = hashlib.sha256(body).hexdigest()
        self.digests.setdefault(digest, None)
        self.counts["sent"] += 1
        return digest

    def acknowledged(self, digest: str, setu_id: str) -> None:
        self.counts["acknowledged"] += 1
        self.named.add(setu_id)
        if self.digests[digest] is None:
            self.digests[digest] = self.now

    def write(self, file: Path) -> None:
        with file.open("w") as out:
            for line in self.lines:
                out.write(json.dumps(line) + "\n")
