"""Files of the corpus with something in them changed, by a seed; and a process of its own that inspects many."""

import json
import random
import sys
from functools import cache

from signing.pdf import child, inspect
from tests.signing.pdf.corpus import CORPUS
from tests.signing.pdf.corpus.hostile_bombs import BOMBS

TOKENS = (
    b"obj endobj stream endstream xref trailer startxref %%EOF << >> [ ] ( ) < > R null true -1 0 65535 4294967296 "
    b"99999999999999999999 /Kids /Count /Prev /Length /Parent /Type /Pages /Filter /FlateDecode /Root /Encrypt /N /W"
).split()
SMALL = 30_000  # bytes


@cache
def originals() -> list[bytes]:
    return [content for case in CORPUS if case not in BOMBS and len(content := case.build()) < SMALL]


def mutated(seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311
    content = bytearray(chance.choice(originals()))
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(content) + 1)
        length = chance.choice((1, 1, 4, 40))
        piece = chance.choice(
            (
                chance.randbytes(length),
                bytes(content[at : at + length]),
                chance.choice(TOKENS),
                b" %d " % chance.choice((-1, 0, 1, 2, 3, 9, 2**31, 2**63)),
                b"",
            )
        )
        content[at : at + chance.choice((0, len(piece), length))] = piece
    return bytes(content)


def inspected_here(first: int, last: int) -> None:
    """Inspect those of these seeds in this process, which limits itself; a line of JSON for each, as it is done."""
    files = [(seed, mutated(seed)) for seed in range(first, last)]
    child.limit_resources()
    for seed, content in files:
        refusal, _ = inspect._refusal_without_parsing(content, 20_000_000)
        answer = {"refused": refusal} if refusal else child.inspect(content, 500)
        sys.stdout.write(json.dumps([seed, answer.get("refused", "")]) + "\n")
        sys.stdout.flush()
