"""Where advisories come from: the package index's releases, and a checkout of the PyPA's advisory database."""

import json
import os
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

TIMEOUT_SECONDS, ALL_SECONDS = 5.0, 30.0
AT_ONCE = 8
Answer = tuple[str, str, str, str]  # package, version, id, fixed


class IndexSilent(Exception):
    """A phrase that says why the index told nothing."""


def index_address() -> str:
    """Where the configured index, or else pip's own default, describes releases as JSON. Raises IndexSilent."""
    try:
        from pip._internal.models.index import PyPI
    except ImportError:
        raise IndexSilent("pip is not installed") from None
    try:
        done = subprocess.run(
            ["python3", "-m", "pip", "config", "get", "global.index-url"],  # noqa: S607
            capture_output=True,
            text=True,
        )
    except OSError:
        raise IndexSilent("there is no python3 to ask where pip's index is") from None
    configured = done.stdout.strip().rstrip("/")
    return f"{configured.removesuffix('/simple')}/pypi" if configured else str(PyPI.pypi_url)


def from_index(pins: Mapping[str, set[str]], address: str | None = None) -> tuple[list[Answer], set[str]]:
    """(advisories, packages it knew nothing of). One release is asked for first. Raises IndexSilent."""
    address = address or index_address()
    asked = [(name, version) for name, versions in sorted(pins.items()) for version in sorted(versions)]
    until = time.monotonic() + ALL_SECONDS
    if _release(address, asked[0], until) is None:
        raise IndexSilent("the package index describes no releases here")
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = list(pool.map(lambda pin: _release(address, pin, until), asked))
    found = [one for answer in answers for one in answer or ()]
    return found, {name for (name, _), answer in zip(asked, answers, strict=True) if answer is None}


def _release(address: str, pin: tuple[str, str], until: float) -> list[Answer] | None:
    """The advisories of one release; None if the index says nothing of it."""
    name, version = pin
    if time.monotonic() > until:
        return None
    url = f"{address}/{name}/{version}/json"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS, context=_trust()) as answer:  # noqa: S310  # pip's own
            told = json.load(answer)["vulnerabilities"]
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return None
    return [
        (name, version, one["id"], (one.get("fixed_in") or [""])[0])
        for one in told
        if not one.get("withdrawn")
    ]


def _trust() -> ssl.SSLContext:
    """With the certificate that pip is told to trust, if it is."""
    return ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)


def from_checkout(checkout: Path, pins: Mapping[str, set[str]], *, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The excerpt for these packages at the checkout's HEAD. What was noted by hand stays until the database has it."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(checkout), *arguments],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    packages: dict[str, list[dict[str, Any]]] = {}
    covered: set[str] = set()  # ids in the database, and what others call them
    for name in sorted(pins):
        for path in git("ls-tree", "--name-only", "HEAD", f"vulns/{name}/").splitlines():
            advisory = yaml.safe_load(git("show", f"HEAD:{path}"))
            covered |= {advisory["id"], *advisory.get("aliases", ())}
            if ranges := [] if advisory.get("withdrawn") else _ranges(advisory):
                packages.setdefault(name, []).append({"id": advisory["id"], "ranges": ranges})
    noted = {
        name: [one for one in advisories if one.get("noted") and one["id"] not in covered]
        for name, advisories in kept["packages"].items()
    }
    for name, advisories in noted.items():
        if advisories:
            packages.setdefault(name, []).extend(advisories)
    return {
        "packages": packages,
        "until": git("log", "-1", "--format=%cs").strip(),
        "noted": sum(len(advisories) for advisories in noted.values()),
    }


def _ranges(advisory: Mapping[str, Any]) -> list[list[str]]:
    """[introduced, fixed] pairs; fixed is empty where there is no fix."""
    pairs = []
    for affected in advisory.get("affected", ()):
        for one in affected.get("ranges", ()):
            if one["type"] != "ECOSYSTEM":
                continue
            for event in one["events"]:
                if "introduced" in event:
                    pairs.append([str(event["introduced"]), ""])
                elif "fixed" in event and pairs:
                    pairs[-1][1] = str(event["fixed"])
    return pairs
