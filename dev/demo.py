"""`make demo`: the whole job over HTTP, as people and their browsers do it, with the seconds it took.

It starts a server of its own on free ports, or uses the one at DEMO_URL (with the logins in var/demo.env and the
stand-in at DEMO_STANDIN_URL). Ends non-zero if anything is off.
"""

import os
import sys
import tempfile
from pathlib import Path

import httpx

from dev.demo_steps import Demo, Failed
from dev.run import prepare
from dev.stack import ROOT, CannotStart, Stack, answers, end_on_signals, free_port
from signflow import devmode

CHECK_SECONDS = 3  # of the demo's own server: how often the clock looks while somebody signs; 30 by default


def main() -> int:
    end_on_signals()
    given = os.environ.get("DEMO_URL", "").rstrip("/")
    try:
        if given and not given.startswith(("http://", "https://")):
            raise CannotStart(f"DEMO_URL must begin with http:// or https://; it is “{given}”.")
        if given:
            standin = os.environ.get("DEMO_STANDIN_URL", devmode.standin_url()).rstrip("/")
            if not answers(standin):
                raise CannotStart(
                    f"The demo signs at Setu's stand-in, and none answers at {standin}."
                    " DEMO_STANDIN_URL names another."
                )
            return play(given, standin, devmode.kept_secrets(ROOT / "var"))
        return on_own_server()
    except CannotStart as reason:
        print(reason, file=sys.stderr)
    except Failed as reason:
        print(f"\nThe demo failed: {reason}", file=sys.stderr)
    except httpx.TransportError as reason:
        print(f"\nThe demo failed: the server does not answer ({reason}).", file=sys.stderr)
    return 1


def on_own_server() -> int:
    for name in devmode.SETU_NAMES:  # the demo signs at the stand-in, whatever `.env` says
        os.environ[name] = ""
    with tempfile.TemporaryDirectory(prefix="signflow-demo-") as folder:
        stack = Stack(
            var_dir=Path(folder) / "var",
            web_port=free_port(),
            standin_port=free_port(),
            download_port=free_port(),
            extra={"CHECK_SECONDS_ACTIVE": str(CHECK_SECONDS)},
        )
        stack.extra["PUBLIC_URL"] = stack.web_url
        try:
            prepare(stack)
            stack.start()
            return play(stack.web_url, stack.standin_url, devmode.kept_secrets(stack.var_dir))
        finally:
            stack.stop()


def play(url: str, standin: str, kept: dict[str, str]) -> int:
    with httpx.Client(timeout=20, trust_env=False) as http:
        Demo(http=http, url=url, standin=standin, password=kept["DEMO_MANAGER_PASSWORD"]).play()
    return 0


if __name__ == "__main__":
    sys.exit(main())
