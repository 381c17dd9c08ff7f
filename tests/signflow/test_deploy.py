"""Production as processes of their own: deployment checks, what is off unless enabled, how a start is refused."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from tests.signflow.production import SYSTEM, WHOLE

ASK = """
import json, sys, django
django.setup()
from django.test import Client
answers = []
for path, secure, header in json.loads(sys.argv[1]):
    made = Client(SERVER_NAME="api.example.com", headers=header).get(path, secure=secure)
    answers.append({"status": made.status_code, "headers": {k.lower(): v for k, v in made.items()}})
print(json.dumps(answers))
"""


def run(*command: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """With nothing of a developer's own `.env`: what is not given is set to nothing."""
    nothing = {"SIGNFLOW_DEV": "", "DJANGO_SETTINGS_MODULE": "signflow.settings", "PYTHONPATH": "."}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=SYSTEM | nothing | WHOLE | env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def answers(*asked: tuple[str, bool, dict[str, str]], **env: str) -> list[dict[str, Any]]:
    done = run("-c", ASK, json.dumps(asked), **env)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]))


def statuses(*paths: str, **env: str) -> list[int]:
    return [answer["status"] for answer in answers(*((path, True, {}) for path in paths), **env)]


def test_the_deployment_checks_have_nothing_to_say_of_a_whole_production():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "System check identified no issues (1 silenced)."


def test_what_is_silenced_is_one_check_of_which_the_settings_say_why():
    text = (settings.BASE_DIR / "signflow" / "settings" / "web.py").read_text()
    assert settings.SILENCED_SYSTEM_CHECKS == ["security.W021"]
    assert "# HSTS_PRELOAD off. Browsers' preload lists" in text


PAGES = ("/admin/", "/admin", "/admin/login/", "/api/docs/", "/api/docs", "/api/openapi.json", "/")


def test_console_and_documentation_are_not_there_unless_they_are_enabled():
    assert statuses(*PAGES) == [404, 404, 404, 404, 404, 404, 302]


def test_the_console_is_there_when_it_is_enabled_and_the_documentation_is_not():
    assert statuses("/admin/login/", "/api/docs/", ADMIN_ENABLED="true", **SQLITE) == [200, 404]


SQLITE = {"DATABASE_URL": "sqlite:///:memory:", "REDIS_URL": ""}


def test_the_documentation_may_be_behind_the_consoles_login():
    asked: list[tuple[str, bool, dict[str, str]]] = [
        (path, True, {}) for path in ("/api/docs/", "/api/openapi.json", "/")
    ]
    docs, schema, root = answers(*asked, ADMIN_ENABLED="true", API_DOCS="login", **SQLITE)
    assert (docs["status"], docs["headers"]["location"]) == (302, "/admin/login/?next=/api/docs/")
    assert (schema["status"], schema["headers"]["location"]) == (302, "/admin/login/?next=/api/openapi.json")
    assert root["headers"]["location"] == "https://app.example.com"


def test_the_documentation_may_be_open():
    assert statuses("/api/docs/", "/api/openapi.json", API_DOCS="open", **SQLITE) == [200, 200]


def test_plain_http_is_sent_to_https_and_browsers_remember_it():
    there, here, health, forwarded = answers(
        ("/api/status/?a=b", False, {}),
        ("/api/status/", True, {}),
        ("/healthz", False, {}),
        ("/healthz", False, {"X-Forwarded-Proto": "https"}),
    )
    assert there["status"] == 301
    assert there["headers"]["location"] == "https://api.example.com/api/status/?a=b"
    assert here["status"] == 401
    assert here["headers"]["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert health["status"] == forwarded["status"] == 200, "the platform asks from inside"
    assert "strict-transport-security" not in health["headers"]
    assert "strict-transport-security" in forwarded["headers"], "the proxy's word is believed"


def test_without_a_tls_proxy_its_header_is_not_believed():
    (answer,) = answers(
        ("/healthz", False, {"X-Forwarded-Proto": "https"}), BEHIND_TLS_PROXY="", TRUSTED_PROXIES=""
    )
    assert "strict-transport-security" not in answer["headers"]


def test_hsts_is_as_set():
    env = {"HSTS_SECONDS": "600", "HSTS_SUBDOMAINS": "false", "HSTS_PRELOAD": "true"}
    (answer,) = answers(("/healthz", True, {}), **env)
    assert answer["headers"]["strict-transport-security"] == "max-age=600; preload"


@pytest.mark.parametrize("name", ["WEB_CONCURRENCY", "PORT", "WORKER_PROCESSES"])
def test_the_web_process_is_refused_with_a_sentence_and_no_traceback(name):
    done = run("-m", "signflow.serve", **{name: "x"})
    assert done.returncode == 1
    assert done.stderr.strip() == f"The setting {name} is not a valid int."


def test_gunicorns_own_configuration_names_a_bad_number_too():
    for name, given in (("PORT", "99999"), ("PORT", "x"), ("WEB_CONCURRENCY", "0")):
        done = run("gunicorn.conf.py", **{name: given})
        assert done.stderr.startswith(f"The setting {name} must be a whole number from 1 to "), done.stderr
    assert run("gunicorn.conf.py", PORT=" ", WEB_CONCURRENCY="").returncode == 0


def test_the_web_process_becomes_gunicorn():
    """It ends by itself, as the address is taken: by gunicorn's word for that."""
    done = run("-m", "signflow.serve", WEB_HOST="192.0.2.1", PORT="8000", **os_port())
    assert "192.0.2.1" in done.stderr
    assert "gunicorn" in done.stderr


def os_port() -> dict[str, str]:
    return {"PYTHONUNBUFFERED": "1", "LANG": os.environ.get("LANG", "C")}
