"""`make run`: SignFlow on this machine until Ctrl-C, with Setu's stand-in unless Setu's credentials are set."""

import os
import sys
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from dev.stack import ROOT, CannotStart, Stack, end_on_signals
from signflow import devmode

PORTS = {"PORT": 8000, "STANDIN_PORT": 8100, "STANDIN_DOWNLOAD_PORT": 8101}


def prepare(stack: Stack) -> None:
    """Environment, tables and demo people. Raises CannotStart."""
    stack.prepare()
    os.environ.update(stack.environment)
    try:
        tables_and_people(stack.var_dir)
    except ImproperlyConfigured as reason:
        raise CannotStart(str(reason)) from None
    except DatabaseError as reason:
        raise CannotStart(f"The database at {os.environ['DATABASE_URL']} cannot be used: {reason}.") from None


def tables_and_people(var_dir: Path) -> None:
    """Migrate, and make the demo organization. The environment names the settings. Repeating is safe."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)

    from dev.seed import seed

    seed(devmode.kept_secrets(var_dir))


def greeting(stack: Stack) -> str:
    """What there is to see, who may sign in, and what to do next."""
    kept = devmode.kept_secrets(stack.var_dir)
    folder = stack.var_dir.relative_to(ROOT) if stack.var_dir.is_relative_to(ROOT) else stack.var_dir
    setu = f"Setu               {os.environ.get('SETU_BASE_URL', 'its sandbox')}"
    if stack.uses_standin:
        setu = f"Setu's stand-in    {stack.standin_url}/__control__/   (no legal meaning)"
    people = "\n".join(
        f"    {name:<8}  {kept[f'DEMO_{name.upper()}_PASSWORD']:<17} {what}"
        for name, what in (
            ("manager", "uploads contracts, asks people to sign"),
            ("asha", "signs"),
            ("ravi", "signs"),
            ("admin", "opens the support console, and nothing else"),
        )
    )
    return f"""
SignFlow runs.

    Try the API        {stack.web_url}/api/docs/
    Support console    {stack.web_url}/admin/
    {setu}

    user      password
{people}

What to do next

    in the browser     README.md, “Try it”: five steps to the signed file
    with curl          {tour(stack)}
    by itself          make demo, in another terminal

The passwords stay in {folder}/demo.env; what the processes say is in {folder}/*.log.
Ctrl-C ends it.
"""


def tour(stack: Stack) -> str:
    """Where the tour is; on other ports than the usual, what it must be told first."""
    given = {"BASE": stack.web_url} if stack.web_port != PORTS["PORT"] else {}
    if stack.uses_standin and stack.standin_port != PORTS["STANDIN_PORT"]:
        given["SETU"] = stack.standin_url
    first = " ".join(f"{name}={value}" for name, value in given.items())
    return "docs/tour.md, line by line" + (f", after\n                       export {first}" if given else "")


def main(stack: Stack | None = None) -> int:
    end_on_signals()
    try:
        stack = stack or stack_of_this_checkout()
        return run(stack)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


def stack_of_this_checkout() -> Stack:
    """On the usual ports, or those that PORT, STANDIN_PORT and STANDIN_DOWNLOAD_PORT name. Raises CannotStart."""
    web, standin, downloads = (port_named(name, usual) for name, usual in PORTS.items())
    return Stack(ROOT / "var", web_port=web, standin_port=standin, download_port=downloads)


def port_named(name: str, usual: int) -> int:
    given = os.environ.get(name) or str(usual)
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise CannotStart(f"{name} must be a port number; it is “{given}”.")
    return int(given)


def run(stack: Stack) -> int:
    """Start, greet, and wait until something ends or a signal ends us. Raises CannotStart."""
    try:
        prepare(stack)
        stack.start()
        print(greeting(stack), flush=True)
        while (ended := stack.ended()) is None:
            time.sleep(0.3)
        print(f"The {ended} process has ended; {stack.var_dir}/{ended}.log says why.", file=sys.stderr)
        return 1
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(main())
