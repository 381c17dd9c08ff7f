"""The child process that opens an uploaded file: few resources, two parsers, one line of JSON.

A PDF of 2 kB can unfold to gigabytes or keep a parser busy for ever, so nothing here may run in a process
that has other work. It is started as `python -m` with an empty environment and must import neither Django nor
anything that knows our settings.

Only the structure is read. Content streams are never decoded: that is where the bombs are.
"""

import contextlib
import json
import math
import os
import resource
import signal
import sys
from typing import Any

from signing.pdf import limits
from signing.pdf.parsers import Refused, pages_of


def limit_resources(*, cpu: int | None = None, wall: float | None = None) -> None:
    """For good: what the process may take, and that it ends even if nobody is left to stop it. In seconds."""
    cpu, wall = cpu or limits.CPU_SECONDS, wall or limits.WALL_SECONDS
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.MEMORY, limits.MEMORY),
        (resource.RLIMIT_CPU, cpu, cpu + 1),  # so that SIGXCPU tells why
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        # macOS does not limit address space; the wall clock still does.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (soft, hard))
    signal.alarm(math.ceil(wall) + 1)
    os.nice(limits.NICE)


def inspect(content: bytes, max_pages: int) -> dict[str, Any]:
    """The answer for the parent: {"sizes": [[width, height], …]} or {"refused": code, "why": word}."""
    try:
        pages = pages_of(content, max_pages)
    except Refused as refused:
        return {"refused": refused.code, "why": refused.why}
    except (MemoryError, RecursionError) as error:
        return {"refused": "document_too_complex", "why": type(error).__name__}
    except Exception as error:  # parsers fail in many ways, and each of them is the file's fault
        return {"refused": "document_broken", "why": type(error).__name__}
    return {"sizes": [(page.width, page.height) for page in pages]}


if __name__ == "__main__":
    limit_resources()
    # Deep nesting ends as a RecursionError well before the C stack does.
    sys.setrecursionlimit(1000)
    print(json.dumps(inspect(sys.stdin.buffer.read(), int(sys.argv[1]))))  # noqa: T201
