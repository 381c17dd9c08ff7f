"""Known holes in the locked packages: `python -m dev.audit`, a part of `make check`. Ends with 1 if there is one.

Two sources. The package index, if it gives advisories with its releases: always up to date. And `advisories.json`, a
dated excerpt of the PyPA's advisory database for the packages we lock, renewed by hand with `--renew CHECKOUT`, and
what has been noted since, each with its source: there with no network at all. Lack of network fails nothing; what could
not be checked is said.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from dev.advisories import IndexSilent, from_checkout, from_index
from dev.lock import EXTRAS
from dev.stack import ROOT

DATA = Path(__file__).with_name("advisories.json")
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==(?P<version>[^\s;\\]+)", flags=re.MULTILINE
)


@dataclass(frozen=True)
class Hole:
    package: str
    version: str
    id: str
    fixed: str  # the first version without it; empty if there is none

    def __str__(self) -> str:
        remedy = f"fixed in {self.fixed}" if self.fixed else "no fixed release"
        return f"{self.package} {self.version}: {self.id}, {remedy}"


def locked(paths: Iterable[Path]) -> dict[str, set[str]]:
    """Each package of the locks with its versions (more than one where they differ by Python or platform)."""
    found: dict[str, set[str]] = {}
    for path in paths:
        for pin in PIN.finditer(path.read_text()):
            found.setdefault(canonicalize_name(pin["name"]), set()).add(pin["version"])
    return found


def known_holes(pins: Mapping[str, set[str]], data: Mapping[str, Any]) -> Iterator[Hole]:
    """What the offline data says of these versions. A range is [introduced, fixed); no `fixed` means until today."""
    for name, versions in sorted(pins.items()):
        for advisory in data["packages"].get(name, ()):
            for version in sorted(versions):
                for introduced, fixed in advisory["ranges"]:
                    late = not fixed or Version(version) < Version(fixed)
                    if late and Version(version) >= Version(introduced or "0"):
                        yield Hole(name, version, advisory["id"], fixed or "")


def audited(pins: Mapping[str, set[str]], data: Mapping[str, Any], *, online: bool) -> tuple[list[Hole], str]:
    """(holes, what was and was not checked)."""
    holes = list(known_holes(pins, data))
    said = f"{len(pins)} locked packages, advisories until {data['until']} and {data['noted']} noted since"
    if not online:
        return _unless_ignored(holes, data), f"{said}; NOT CHECKED: the package index (offline)"
    try:
        answers, silent = from_index(pins)
    except IndexSilent as reason:
        return _unless_ignored(holes, data), f"{said}; NOT CHECKED: anything newer, as {reason}"
    holes += [Hole(*answer) for answer in answers]
    if silent:
        said += f"; the package index knew nothing of {', '.join(sorted(silent)[:5])} ({len(silent)} in all)"
    return _unless_ignored(holes, data), f"{said}; and the package index, now"


def _unless_ignored(holes: list[Hole], data: Mapping[str, Any]) -> list[Hole]:
    return sorted({hole for hole in holes if hole.id not in data["ignored"]}, key=str)


def written(data: Mapping[str, Any]) -> str:
    """The file's text: a line for each package."""
    packages = ",\n".join(
        f" {json.dumps(name)}: {json.dumps(data['packages'][name])}" for name in sorted(data["packages"])
    )
    rest = "".join(
        f"{json.dumps(name)}: {json.dumps(data[name])},\n" for name in sorted(data) if name != "packages"
    )
    return f'{{\n{rest}"packages": {{\n{packages}\n}}\n}}\n'


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.audit", description=__doc__)
    parser.add_argument("--offline", action="store_true", help="do not ask the package index")
    parser.add_argument(
        "--renew", type=Path, metavar="CHECKOUT", help="of the PyPA's advisory database, by git"
    )
    options = parser.parse_args()
    pins = locked(ROOT / name for name in EXTRAS)
    data = json.loads(DATA.read_text())
    if options.renew:
        data |= from_checkout(options.renew, pins, kept=data)
        DATA.write_text(written(data))
    holes, said = audited(pins, data, online=not options.offline)
    for hole in holes:
        print(f"HOLE {hole}", file=sys.stderr)
    print(f"{len(holes)} known holes in: {said}.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
