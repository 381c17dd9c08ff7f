"""Who may import whom, read from the sources. Imports point one way, and nobody imports a door."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("core", "signing", "webhooks", "signflow")
ORDER = {name: place for place, name in enumerate(APPS)}  # each may import what stands before it
DOORS = {"api", "actors", "management", "admin"}
MAY_IMPORT_DOORS = {"signflow/api.py", "signflow/urls.py"}
LINES_MAX = 250
OURS = {*APPS, "tests", "dev", "bench"}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, by its full name; for `from a import b` both a and a.b."""
    package = path.relative_to(ROOT).with_suffix("").parts
    package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(part for part in (base, node.module or "") if part)
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # Routers and middleware are named as text.
            parts = node.value.split(".")
            if len(parts) > 2 and parts[0] in APPS and all(part.isidentifier() for part in parts):
                yield node.value


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer(name: str) -> str:
    """`services` of signing.services.look; empty outside of our apps."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] in APPS else ""


def test_the_reader_sees_imports_of_every_form(tmp_path):
    seen = set(imports(ROOT / "signing/setu/client.py"))
    assert {"signing.setu.wire", "signing.setu.wire.SetuSignature", "httpx", "time"} <= seen
    assert "signing.api.requests.router" in set(imports(ROOT / "signflow/api.py"))


@pytest.mark.parametrize("app", APPS)
def test_apps_import_only_what_stands_before_them(app):
    wrong = [
        f"{place(path)} imports {name}"
        for path in modules(app)
        for name in imports(path)
        if ORDER.get(name.split(".")[0], -1) > ORDER[app] or name.split(".")[0] in ("tests", "dev")
    ]
    assert wrong == []


def test_nobody_imports_a_door():
    wrong = [
        f"{place(path)} imports {name}"
        for path in modules(*APPS)
        for name in imports(path)
        if layer(name) in DOORS
        and place(path) not in MAY_IMPORT_DOORS
        and not (path.name == "apps.py" and path.parent.name == name.split(".")[0])
        and not (path.name == "__init__.py" and place(path.parent).split("/") == name.split(".")[:2])
    ]
    assert wrong == []


@pytest.mark.parametrize("app", ["core", "signing", "webhooks"])
def test_models_know_no_services_and_no_schemas(app):
    above = {"services", "selectors", "schemas", "presenters", *DOORS}
    models = [path for path in modules(app) if "models" in path.parts or path.name == "models.py"]
    assert models
    wrong = [f"{place(p)} imports {name}" for p in models for name in imports(p) if layer(name) in above]
    assert wrong == []


@pytest.mark.parametrize("app", ["core", "signing", "webhooks"])
def test_services_know_no_http(app):
    services = [path for path in modules(app) if "services" in path.parts or path.name == "services.py"]
    assert services
    wrong = [
        f"{place(path)} imports {name}"
        for path in services
        for name in imports(path)
        if name.startswith(("ninja", "django.http", "django.shortcuts", "httpx"))
        or layer(name) in {"schemas", "presenters"}
    ]
    assert wrong == []


def test_selectors_write_nothing():
    wrong = [
        f"{place(path)} imports {name}"
        for app in ("core", "signing")
        for path in [ROOT / app / "selectors.py"]
        for name in imports(path)
        if layer(name) in {"services", "schemas", "presenters", *DOORS}
    ]
    assert wrong == []


def test_pure_modules_stay_pure():
    """The merge, the states and the boxes can be tested without a database."""
    allowed = {
        "signing/merge.py": ("signing.states", "collections", "dataclasses"),
        "signing/states.py": ("django.db.models", "collections", "datetime"),
        "signing/replay.py": ("signing.states", "signing.merge", "collections", "dataclasses", "typing"),
    }
    for path, roots in allowed.items():
        assert [name for name in imports(ROOT / path) if not name.startswith(roots)] == []


def test_the_sdk_knows_httpx_pydantic_and_the_standard_library_only():
    allowed = {"httpx", "pydantic", *sys.stdlib_module_names}
    wrong = [
        f"{place(path)} imports {name}"
        for path in modules("signing/setu")
        for name in imports(path)
        if name.split(".")[0] not in allowed and not name.startswith("signing.setu")
    ]
    assert wrong == []


def test_the_stand_in_imports_no_app():
    wrong = [
        f"{place(path)} imports {name}"
        for path in modules("tests/standin")
        for name in imports(path)
        if (name.split(".")[0] in OURS and not name.startswith("tests.standin"))
        or name.split(".")[0] == "django"
    ]
    assert modules("tests/standin")
    assert wrong == []


def test_settings_are_read_from_django_and_the_environment_only_where_they_are_made():
    wrong = [
        place(path)
        for path in modules("core", "signing", "webhooks")
        if "os.environ" in path.read_text() or "os.getenv" in path.read_text()
    ]
    assert wrong == []


def test_no_file_is_longer_than_it_should_be():
    long = {
        place(path): lines
        for path in modules(*(name for name in OURS if (ROOT / name).is_dir()))
        if "migrations" not in path.parts and (lines := path.read_text().count("\n")) > LINES_MAX
    }
    assert long == {}


def test_tests_put_something_real_behind_a_seam_instead_of_patching():
    wrong = [
        f"{place(path)} imports {name}"
        for path in modules("tests")
        for name in imports(path)
        if name.startswith(("unittest.mock", "mock"))
    ]
    assert wrong == []
