"""The image and the compose file, read: no container engine is needed to see that they fit the rest."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ENGINES_OWN = {"POSTGRES_USER", "POSTGRES_DB"}  # read by the database's image


def stages() -> dict[str, list[tuple[str, str]]]:
    """Of the Dockerfile: (instruction, rest of the line) by stage."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: dict[str, list[tuple[str, str]]] = {"": []}
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found[rest.split()[-1]] = [(word, rest)]
        elif word:
            found[list(found)[-1]].append((word, rest))
    return found


def instructions(stage: str, word: str) -> list[str]:
    return [rest for name, rest in stages()[stage] if name == word]


def copied(stage: str) -> list[str]:
    lines = [rest for rest in instructions(stage, "COPY") if not rest.startswith("--from")]
    return [source for line in lines for source in line.split()[:-1]]


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


SERVICES: dict[str, Any] = compose()["services"]
OURS = ("migrate", "web", "worker", "clock")


def procfile() -> dict[str, str]:
    return dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


def words(command: Any) -> list[str]:
    return command if isinstance(command, list) else shlex.split(command)


def test_what_is_copied_exists_and_is_let_through():
    let = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in copied("standin") + copied("build"):
        assert (ROOT / source).exists(), source
        assert source.rstrip("/") in let, source
    assert all((ROOT / name).exists() for name in let)
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_no_test_and_no_development_is_in_the_production_image():
    assert list(stages())[-1] == "production", "it is what `docker build .` makes"
    assert instructions("production", "COPY") == ["--from=build /venv /venv", "--from=build /app /app"]
    assert not [s for s in copied("build") if s.startswith(("tests", "dev", "samples", ".", "requirements-"))]
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "dev", "bench"}
    assert {f"{app}/" for app in apps} <= set(copied("build"))


@pytest.mark.parametrize("stage", ["standin", "production"])
def test_images_run_as_nobody_in_particular_and_say_how_they_are(stage):
    (user,) = instructions(stage, "USER")
    assert user == "10001:10001"
    assert instructions(stage, "HEALTHCHECK")


@pytest.mark.parametrize("stage", ["standin", "build"])
def test_packages_are_those_of_the_lock(stage):
    (install,) = [line for line in instructions(stage, "RUN") if "pip install" in line]
    assert "--require-hashes" in install


def test_nothing_of_development_stays_in_the_image():
    said = [rest for stage in stages() for word in ("ENV", "ARG") for rest in instructions(stage, word)]
    assert not [rest for rest in said if "SIGNFLOW_DEV" in rest or "SECRET" in rest]
    (collect,) = [line for line in instructions("build", "RUN") if "collectstatic" in line]
    assert collect.startswith("SIGNFLOW_DEV=1 SIGNFLOW_VAR=/tmp/build ")
    assert "&& rm -rf /tmp/build" in collect


def test_commands_are_the_procfiles():
    lines = procfile()
    assert json.loads(instructions("production", "CMD")[0]) == shlex.split(lines["web"])
    for name in ("web", "worker", "clock"):
        assert words(SERVICES[name]["command"]) == shlex.split(lines[name])
    assert SERVICES["migrate"]["command"] == ["sh", "-c", lines["release"]]


def test_each_setting_named_is_described():
    described = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    text = (ROOT / "docker-compose.yml").read_text()
    named = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    named |= {name for service in SERVICES.values() for name in service.get("environment", {})}
    assert named - ENGINES_OWN - described == set()
    assert {"SECRET_KEY", "SETU_CLIENT_ID", "SETU_CLIENT_SECRET", "SETU_PRODUCT_INSTANCE_ID"} <= named


def test_no_value_is_demanded_by_the_compose_file_itself():
    """SignFlow names all that is missing at once; compose would stop at the first."""
    assert ":?" not in (ROOT / "docker-compose.yml").read_text()


def test_services_start_in_order():
    after = {name: SERVICES[name]["depends_on"] for name in (*OURS, "standin")}
    for name in ("web", "worker", "clock", "standin"):
        assert after[name]["migrate"] == {"condition": "service_completed_successfully"}
    for name in OURS:
        assert after[name]["postgres"] == after[name]["redis"] == {"condition": "service_healthy"}
    assert all("healthcheck" in SERVICES[name] for name in ("postgres", "redis"))
    assert "disable" not in SERVICES["web"].get("healthcheck", {})


def test_this_machine_alone_reaches_what_is_published_and_nobody_the_database():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.keys() == {"web", "worker"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_stand_in_is_in_the_demo_only_and_volumes_are_declared():
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["standin"]
    assert SERVICES["standin"]["build"]["target"] == "standin"
    mounted = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert mounted == set(compose()["volumes"])


@pytest.mark.parametrize(
    ("given", "token"), [("", "made"), ("current", "current"), ("current,old,older", "current")]
)
def test_the_stand_in_calls_back_with_the_current_token(given, token, tmp_path):
    (tmp_path / "demo.env").write_text("STANDIN_CLIENT_SECRET=secret\nSETU_CALLBACK_TOKENS=made\n")
    shell, option, script = SERVICES["standin"]["command"]
    script = script.replace("$$", "$").replace("/var/lib/signflow", str(tmp_path))
    started, _, _ = script.partition("exec ")
    said = subprocess.run(
        [shell, option, f'{started} printf %s "$STANDIN_CALLBACK_URL"'],
        env={"PATH": "/usr/bin:/bin", "SETU_CALLBACK_TOKENS": given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"http://web:8000/webhooks/setu/{token}"


def test_what_drains_has_the_time_to():
    assert {SERVICES[name]["stop_grace_period"] for name in OURS} == {"30s"}
