"""`.env.example` and the code name the same settings, with the same defaults."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LINE = re.compile(r"^# (?P<name>[A-Z][A-Z_]*)=(?P<default>\S*)(?: +(?P<says>\S.*))?$", flags=re.MULTILINE)
DESCRIBED = {found["name"]: found for found in LINE.finditer((ROOT / ".env.example").read_text())}
ELSEWHERE = ("gunicorn.conf.py", "dev/run.py", "dev/stack.py", "Procfile", "docker-compose.yml")
# Not the operator's: the demo's, Django's, and what the database's image reads.
OTHERS = {"DEMO_URL", "DEMO_STANDIN_URL", "DJANGO_SETTINGS_MODULE", "PATH", "POSTGRES_USER", "POSTGRES_DB"}
UNKNOWN = object()


def read() -> Iterator[tuple[str, ast.expr | None]]:
    """Each setting that the settings read, with the expression of its default."""
    for path in sorted((ROOT / "signflow" / "settings").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            of_env = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "env"
            if of_env or ast.unparse(call.func) == "required":
                given = {word.arg: word.value for word in call.keywords}
                yield str(call.args[0].value), given.get("default")


READ = dict(read())


def in_production(expression: ast.expr | None) -> Any:
    """The default, or UNKNOWN where it follows from other settings."""
    try:
        return expression and eval(ast.unparse(expression), {"__builtins__": {}}, {"DEV": False})  # noqa: S307
    except (NameError, TypeError):
        return UNKNOWN


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, list) else str("" if value is None else value)


def test_each_setting_that_the_code_reads_is_described():
    assert len(READ) > 35
    assert set(READ) - set(DESCRIBED) == set()


def test_each_setting_that_is_described_is_read_somewhere():
    texts = "\n".join((ROOT / name).read_text() for name in ELSEWHERE)
    unread = {name for name in DESCRIBED if name not in READ and not re.search(rf"\b{name}\b", texts)}
    assert unread == set()


def test_what_servers_and_processes_read_is_described():
    for name in ELSEWHERE:
        text = (ROOT / name).read_text()
        read = set(re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", text))
        read |= set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
        assert read - OTHERS - set(DESCRIBED) == set(), name


@pytest.mark.parametrize("name", sorted(READ))
def test_the_default_is_the_codes(name):
    default = in_production(READ[name])
    if default is not UNKNOWN:
        assert DESCRIBED[name]["default"] == written(default)
    else:
        says = f"{DESCRIBED[name]['default']} {DESCRIBED[name]['says']}"
        assert "default" in says or name == "SIGNFLOW_VAR", says


@pytest.mark.parametrize("name", sorted(set(DESCRIBED) - {"SETU_CLIENT_SECRET", "SETU_PRODUCT_INSTANCE_ID"}))
def test_each_says_what_it_is(name):
    if name not in ("STANDIN_DOWNLOAD_PORT", "FILES_SECRET_KEY"):  # told at the line before
        assert DESCRIBED[name]["says"]
