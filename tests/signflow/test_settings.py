"""A start with a given environment, as processes of their own: settings are read once a process."""

import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

REQUIRED = (
    "SECRET_KEY",
    "DATABASE_URL",
    "ALLOWED_HOSTS",
    "PUBLIC_URL",
    "FRONTEND_URL",
    "SETU_CLIENT_ID",
    "SETU_CLIENT_SECRET",
    "SETU_PRODUCT_INSTANCE_ID",
    "SETU_CALLBACK_TOKENS",
)
OTHERS = ("SIGNFLOW_DEV", "REDIS_URL", "FRONTEND_ORIGINS", "SETU_BASE_URL")
COMPLETE = {
    "SECRET_KEY": "Wm4v-Zr8kQ1x_Tn6bHs3yLd0cGf7pJu2aEo5iXtKqRw9zVbNMe",
    "DATABASE_URL": "sqlite:////nowhere/signflow.sqlite3",
    "ALLOWED_HOSTS": "api.example.com,www.example.com",
    "PUBLIC_URL": "https://api.example.com/",
    "FRONTEND_URL": "https://app.example.com/",
    "SETU_CLIENT_ID": "id",
    "SETU_CLIENT_SECRET": "secret",
    "SETU_PRODUCT_INSTANCE_ID": "instance",
    "SETU_CALLBACK_TOKENS": f"{'one' * 10},{'two' * 10},",
    "FILES_DURABLE": "true",
}


def started(expression: str = "s.DEBUG", **env: str) -> "subprocess.CompletedProcess[str]":
    """Read the settings `s` with this environment only and print an expression of them, with apps where it names some.

    The settings alone refuse a start, and take a quarter of its time. What is not given is set to nothing, so that a
    developer's own `.env` cannot fill it in.
    """
    nothing = dict.fromkeys((*REQUIRED, *OTHERS), "")
    system = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    apps = "import django; django.setup(); " if "core." in expression or "__import__" in expression else ""
    code = f"{apps}from django.conf import settings as s; print(({expression}))"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=system | nothing | {"DJANGO_SETTINGS_MODULE": "signflow.settings"} | env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def value(expression: str, **env: str) -> str:
    done = started(expression, **env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def complaint(**env: str) -> str:
    """The last line of what a refused start says."""
    done = started(**env)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


def without(*names: str) -> dict[str, str]:
    return {name: given for name, given in COMPLETE.items() if name not in names}


def test_production_with_nothing_set_names_all_that_is_missing_in_one_sentence():
    said = complaint()
    named = re.search(r"These settings are missing: ([A-Z_, ]+)\.", said)
    assert named
    assert sorted(named[1].split(", ")) == sorted(REQUIRED)


@pytest.mark.parametrize("name", REQUIRED)
def test_each_required_setting_is_missed_by_itself(name):
    assert f"These settings are missing: {name}." in complaint(**without(name))


def test_production_starts_with_its_apps_when_all_is_set():
    assert value("__import__('django').apps.apps.ready", **COMPLETE) == "True"
    expression = "s.DEBUG, s.ALLOWED_HOSTS, s.PUBLIC_URL, s.CORS_ALLOWED_ORIGINS, s.SETU_CALLBACK_TOKENS"
    assert value(expression, **COMPLETE) == str(
        (
            False,
            ["api.example.com", "www.example.com"],
            "https://api.example.com",
            ["https://app.example.com"],
            ["one" * 10, "two" * 10],
        )
    )


def test_a_secret_may_stand_in_a_file(tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    env = without("SETU_CLIENT_SECRET") | {"SETU_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert value("repr(s.SETU_CLIENT_SECRET)", **env) == "'from a file'"


@pytest.mark.parametrize("dev", ["", "0", "false", "no"])
def test_only_a_clear_yes_starts_development(dev):
    assert "These settings are missing" in complaint(SIGNFLOW_DEV=dev)


def test_with_redis_the_queue_is_redis_and_nothing_is_embedded():
    expression = "s.EMBEDDED, s.DRAMATIQ_BROKER['BROKER'].rsplit('.')[-1]"
    assert value(expression, **COMPLETE, REDIS_URL="redis://127.0.0.1:1/0") == "(False, 'RedisBroker')"
    assert value(expression, **COMPLETE) == "(True, 'StubBroker')"


@pytest.mark.parametrize("frozen", [False, True])
def test_a_redis_that_is_down_or_frozen_costs_little_time_and_no_error(frozen):
    with socket.socket() as redis:
        redis.bind(("127.0.0.1", 0))
        if frozen:
            redis.listen()  # takes connections and never answers
        url = f"redis://127.0.0.1:{redis.getsockname()[1]}/0"
        send = "send('signing.request', 7)"
        timed = f'__import__("timeit").timeit("{send}", "from core.doorbell import send", number=1)'
        assert float(value(timed, **COMPLETE, REDIS_URL=url)) < 0.9


def test_each_key_of_the_token_library_is_stated():
    """It reads unprefixed environment variables for those left out."""
    odd = {"ALGORITHM": "none", "SIGNING_KEY": "theirs", "ISSUER": "them", "AUDIENCE": "them"}
    code = "__import__('ninja_jwt.settings').settings.api_settings"
    expression = f"{code}.ALGORITHM, {code}.SIGNING_KEY == s.SECRET_KEY, {code}.ISSUER"
    assert value(expression, **COMPLETE, **odd) == "('HS256', True, 'signflow')"


# Development


def dev(var: Path, expression: str = "None", **env: str) -> str:
    return value(expression, SIGNFLOW_DEV="1", SIGNFLOW_VAR=str(var), **env)


def test_development_needs_nothing_and_keeps_its_secrets_to_itself(tmp_path):
    var = tmp_path / "var"
    said = dev(var, "len(s.SECRET_KEY) > 40, s.ALLOWED_HOSTS, s.PUBLIC_URL, s.SETU_BASE_URL")
    assert said == str(
        (True, ["localhost", "127.0.0.1", "[::1]"], "http://localhost:8000", "http://127.0.0.1:8100")
    )
    assert stat.S_IMODE((var / "demo.env").stat().st_mode) == 0o600
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert [path.name for path in var.iterdir()] == ["demo.env"], "no draft is left"


def test_a_second_start_has_the_same_secrets(tmp_path):
    first = dev(tmp_path, "s.SECRET_KEY, s.SETU_CALLBACK_TOKENS, s.SETU_CLIENT_SECRET")
    kept = (tmp_path / "demo.env").read_bytes()
    assert dev(tmp_path, "s.SECRET_KEY, s.SETU_CALLBACK_TOKENS, s.SETU_CLIENT_SECRET") == first
    assert (tmp_path / "demo.env").read_bytes() == kept


def test_what_is_set_wins_over_what_development_makes(tmp_path):
    assert dev(tmp_path, "s.SECRET_KEY", SECRET_KEY="mine" * 10) == "mine" * 10
    (tmp_path / "key").write_text("in a file " * 5)
    assert dev(tmp_path, "s.SECRET_KEY", SECRET_KEY_FILE=str(tmp_path / "key")).startswith("in a file")


def test_with_setus_credentials_development_talks_to_setu(tmp_path):
    names = ("SETU_CLIENT_ID", "SETU_CLIENT_SECRET", "SETU_PRODUCT_INSTANCE_ID")
    credentials = {name: COMPLETE[name] for name in names}
    env = {"SETU_BASE_URL": "https://dg-sandbox.setu.co"}
    said = dev(tmp_path, "s.SETU_BASE_URL, s.SETU_CLIENT_ID", **credentials, **env)
    assert said == "('https://dg-sandbox.setu.co', 'id')"


@pytest.mark.parametrize("url", ["http://dg.setu.co", "http://10.0.0.5:8100", "ftp://127.0.0.2/", "setu.co"])
def test_development_too_gives_setus_keys_to_nobody_on_the_way(tmp_path, url):
    said = complaint(SIGNFLOW_DEV="1", SIGNFLOW_VAR=str(tmp_path), SETU_BASE_URL=url)
    assert "SETU_BASE_URL does not begin with https:// and is not on this machine" in said


def test_a_bad_number_stops_the_start_and_is_named():
    said = complaint(**COMPLETE, CHECK_SECONDS_ACTIVE="soon")
    assert said.endswith("The setting CHECK_SECONDS_ACTIVE is not a valid int.")


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_setting_has_its_default(empty):
    env = {"CHECK_SECONDS_ACTIVE": empty, "ENABLE_SCHEDULER": empty, "SETU_DOWNLOAD_HOSTS": empty}
    expression = "s.CHECK_SECONDS_ACTIVE, s.ENABLE_SCHEDULER, s.SETU_DOWNLOAD_HOSTS"
    assert value(expression, **COMPLETE, **env) == "(30, True, ['amazonaws.com', 'setu.co'])"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY has fewer than 50 characters."),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS allows every host."),
        ("FRONTEND_ORIGINS", "https://*.example.com", "FRONTEND_ORIGINS allows every origin."),
        ("PUBLIC_URL", "http://api.example.com", "PUBLIC_URL does not begin with https://."),
        ("FRONTEND_URL", "http://app.example.com", "FRONTEND_URL does not begin with https://."),
        ("SETU_BASE_URL", "http://setu.example.com", "SETU_BASE_URL does not begin with https://."),
        ("SETU_BASE_URL", "http://127.0.0.1:8100", "SETU_BASE_URL does not begin with https://."),
        ("SETU_DOWNLOAD_HOSTS", "setu.co,com", "SETU_DOWNLOAD_HOSTS names a whole top-level domain."),
        (
            "SETU_CALLBACK_TOKENS",
            "guessable",
            "A token of SETU_CALLBACK_TOKENS has fewer than 20 characters.",
        ),
        ("FILES_DURABLE", "false", "Files lie on the local disk"),
    ],
)
def test_production_does_not_start_with_what_is_dangerous(name, value, told):
    assert told in complaint(**(COMPLETE | {name: value}))


def test_what_is_missing_and_what_is_dangerous_is_told_at_once():
    said = complaint(**without("SETU_CLIENT_ID") | {"ALLOWED_HOSTS": "*", "FILES_DURABLE": ""})
    assert all(word in said for word in ("SETU_CLIENT_ID", "ALLOWED_HOSTS", "local disk"))


def test_postgresql_is_pooled_with_limits_and_a_transaction_pooler_gets_no_session():
    direct = value(
        "s.DATABASES['default']['OPTIONS']['pool']['max_size'], 'statement_timeout' in str(s.DATABASES)",
        **COMPLETE | {"DATABASE_URL": "postgres://u:p@db.example.com:5432/n", "DATABASE_CONNECTIONS": "7"},
    )
    assert direct == "(7, True)"
    pooled = value(
        "s.DATABASES['default']['DISABLE_SERVER_SIDE_CURSORS'], s.DATABASES['default']['OPTIONS'].get('options'), "
        "s.DATABASES['default']['OPTIONS']['prepare_threshold']",
        **COMPLETE | {"DATABASE_URL": "postgres://u:p@db.example.com:6543/n"},
    )
    assert pooled == "(True, None, None)"
