"""`make run`: SignFlow on this machine until Ctrl-C, with Setu's stand-in unless Setu's credentials are set."""

import os
import signal
import sys
import time
from pathlib import Path

from dev.stack import ROOT, CannotStart, Stack
from signflow import devmode


def prepare(stack: Stack) -> None:
    """Environment, tables and demo people. Raises CannotStart."""
    stack.prepare()
    os.environ.update(stack.environment)
    tables_and_people(stack.var_dir)


def tables_and_people(var_dir: Path) -> None:
    """Migrate, and make the demo organization. The environment names the settings. Repeating is safe."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)

    from dev.seed import seed

    seed(devmode.kept_secrets(var_dir))


def greeting(stack: Stack) -> str:
    kept = devmode.kept_secrets(stack.var_dir)
    people = "\n".join(
        f"    {name:<8} {kept[f'DEMO_{name.upper()}_PASSWORD']:<18} {what}"
        for name, what in (
            ("manager", "manager: uploads contracts, asks people to sign"),
            ("asha", "employee: signs"),
            ("ravi", "employee: signs"),
            ("admin", f"superuser: opens {stack.web_url}/admin/ only"),
        )
    )
    setu = f"the stand-in at {stack.standin_url}, without legal meaning"
    if not stack.uses_standin:
        setu = os.environ.get("SETU_BASE_URL", "Setu's sandbox")
    return f"""
SignFlow runs.

    API      {stack.web_url}/api/
    try it   {stack.web_url}/api/docs/
    Setu     {setu}

    user     password           role
{people}

The same logins stand in {stack.var_dir}/demo.env, what the processes say in {stack.var_dir}/*.log.
Ctrl-C ends it. `make demo` shows the whole job from upload to signed file.
"""


def main(stack: Stack | None = None) -> int:
    stack = stack or Stack(var_dir=Path(ROOT / "var"))
    for name in (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
    ):  # also where a shell has set one to be ignored
        signal.signal(name, lambda *_: sys.exit(0))
    try:
        prepare(stack)
        stack.start()
        print(greeting(stack), flush=True)
        while not stack.ended():
            time.sleep(0.3)
        print(
            f"The {stack.ended()} process has ended; see {stack.var_dir}/{stack.ended()}.log.",
            file=sys.stderr,
        )
        return 1
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(main())
