"""Each danger is found in an environment that holds it and in no other, is told with its remedy, and is documented."""

import re
from pathlib import Path

import pytest
from django.core.checks import run_checks

from core import doorbell
from core.checks import Level
from signflow import dangers
from signing.states import REQUEST_JOB
from tests.doctoring import asked
from tests.signflow.production import WHOLE, read, refusal

ROOT = Path(__file__).resolve().parent.parent.parent
DEVELOPMENT = {"SIGNFLOW_DEV": "1", "FILES_BUCKET": ""}
SHORT = "q8Zr1xTn6"
STOPS: dict[str, list[dict[str, str]]] = {
    "E001": [{"SECRET_KEY": SHORT}],
    "E002": [{"ALLOWED_HOSTS": "*"}, {"ALLOWED_HOSTS": "api.example.com,*"}],
    "E003": [{"FRONTEND_ORIGINS": "*"}, {"FRONTEND_ORIGINS": "https://*.example.com"}],
    "E004": [{"FRONTEND_ORIGINS": "https://app.example.com,http://app.example.com"}],
    "E005": [{"PUBLIC_URL": "http://api.example.com"}],
    "E006": [{"FRONTEND_URL": "http://app.example.com"}],
    "E007": [{"SETU_BASE_URL": "http://dg.setu.co"}, {"SETU_BASE_URL": "http://127.0.0.1:8100"}],
    "E008": [{"SETU_DOWNLOAD_HOSTS": "setu.co,com"}],
    "E009": [{"SETU_CALLBACK_TOKENS": f"{WHOLE['SETU_CALLBACK_TOKENS']},guessable"}],
    "E010": [{"FILES_BUCKET": ""}],
    "E011": [{"FILES_ENDPOINT_URL": "http://s3.example.com"}],
    "E012": [{"METRICS_TOKEN": SHORT}],
    "E013": [{"SENTRY_DSN": "http://key@sentry.example.com/1"}],
    "E014": [{"SECRET_KEY_FALLBACKS": SHORT}, {"SECRET_KEY_FALLBACKS": WHOLE["SECRET_KEY"]}],
    "E015": [
        {"METRICS_TOKEN": WHOLE["SETU_CALLBACK_TOKENS"]},
        {"SETU_CALLBACK_BASIC": f"setu:{WHOLE['SETU_CALLBACK_TOKENS']}"},
        {
            "SETU_CALLBACK_API_KEYS": WHOLE["SETU_CALLBACK_TOKENS"],
            "SETU_CALLBACK_API_KEY_HEADER": "X-API-KEY",
        },
        {
            "SETU_CALLBACK_HMAC_SECRETS": WHOLE["SETU_CALLBACK_TOKENS"],
            "SETU_CALLBACK_HMAC_HEADER": "X-Sign",
        },
        {"FILES_ACCESS_KEY": "id", "FILES_SECRET_KEY": WHOLE["SETU_CLIENT_SECRET"]},
    ],
    "E018": [DEVELOPMENT],
    "E019": [DEVELOPMENT | {"SETU_BASE_URL": "http://setu.example.com"}],
    "E020": [DEVELOPMENT | {"FILES_BUCKET": "contracts", "SETU_BASE_URL": "https://dg-sandbox.setu.co"}],
    "E021": [{"API_DOCS": "login"}],
    "E022": [{"ALLOWED_HOSTS": "www.example.com,.example.org"}],
    "E024": [{"SETU_CALLBACK_TOKENS": "a/token-of-more-than-twenty"}],
    "E025": [{"SETU_CALLBACK_BASIC": "setu:short"}],
    "E026": [{"SETU_CALLBACK_API_KEYS": SHORT, "SETU_CALLBACK_API_KEY_HEADER": "X-API-KEY"}],
    "E027": [{"SETU_CALLBACK_HMAC_SECRETS": SHORT, "SETU_CALLBACK_HMAC_HEADER": "X-Sign"}],
    "E023": [{"SECRET_KEY": "s" * 50}, {"SECRET_KEY": "django-insecure-" + WHOLE["SECRET_KEY"]}],
}
WARNS: dict[str, list[dict[str, str]]] = {
    "W001": [DEVELOPMENT | {"SETU_BASE_URL": "https://dg-sandbox.setu.co"}],
    "W002": [{"BEHIND_TLS_PROXY": "", "TRUSTED_PROXIES": ""}],
    "W003": [{"TRUSTED_PROXIES": "0"}],
    "W004": [{"BEHIND_TLS_PROXY": ""}],
    "W005": [{"HSTS_SECONDS": "0"}],
    "W006": [{"DATABASE_URL": "sqlite:////nowhere/rows.sqlite3", "REDIS_URL": ""}],
    "W007": [{"DATABASE_URL": "sqlite:////nowhere/rows.sqlite3"}],
    "W008": [
        {"DATABASE_URL": "postgres://u:p@db.example.com:5432/n"},
        {"DATABASE_URL": "postgres://u:p@10.0.0.7:5432/n?sslmode=prefer"},
    ],
    "W009": [{"REDIS_URL": "redis://:pa55@redis.example.com:6379/0"}],
    "W010": [{"REDIS_URL": "rediss://redis.example.com:6379/0"}],
    "W011": [{"WEB_CONCURRENCY": "4"}, {"DATABASE_CONNECTIONS": "6"}, {"WORKER_PROCESSES": "3"}],
    "W012": [{"DATABASE_CONNECTIONS": "3"}],
    "W013": [{"REDIS_URL": "", "WEB_CONCURRENCY": "4"}],
    "W014": [{"ADMIN_ENABLED": "true", "PASSWORD_LENGTH_MIN": "8"}],
    "W015": [{"SETU_BASE_URL": ""}],
    "W016": [{"API_DOCS": "open"}],
    "W017": [{"SECRET_KEY_FALLBACKS": f"{WHOLE['SECRET_KEY'][::-1]},{WHOLE['SECRET_KEY'][1:]}x"}],
    "W018": [{"LOG_ERROR_TEXTS": "true"}],
    "W019": [{"PASSWORD_LENGTH_MIN": "8"}],
    "W020": [{"SETU_DOWNLOAD_HOSTS": "setu.co,amazonaws.com"}],
    "W021": [{"KEEP_LOG_DAYS": "364"}],
    "W022": [{"SIGNED_FILE_MUST_MATCH": "false"}],
}
ELSEWHERE = {"E016", "E017"}  # no environment leads to them; tests of their own below
BESIDE = {
    "W004": {"W002"},
    "E003": {"E004"},
    "E006": {"E004"},
    "W007": {"W006"},
}  # come along by their nature


def cases(table: dict[str, list[dict[str, str]]]):
    return [
        pytest.param(number, env, id=f"{number}-{place}")
        for number, envs in table.items()
        for place, env in enumerate(envs)
    ]


@pytest.mark.parametrize(("number", "env"), cases(STOPS))
def test_an_error_stops_the_start_with_its_number_and_its_remedy(number, env):
    (danger,) = [one for one in dangers.DANGERS if one.id == f"signflow.{number}"]
    said = refusal(**env)
    assert f"{danger.says} {danger.hint} (signflow.{number})" in said
    others = set(re.findall(r"signflow\.(\w+)", said)) - {number}
    assert others <= BESIDE.get(number, set())


@pytest.mark.parametrize(("number", "env"), cases(WARNS))
def test_a_warning_is_told_and_does_not_stop_the_start(number, env):
    told = {one.id.removeprefix("signflow.") for one in dangers.found(read(**env), at_start=True)}
    assert number in told
    assert told - {number} <= BESIDE.get(number, set())


def test_a_whole_production_holds_none_of_them():
    assert dangers.found(read()) == []


@pytest.mark.parametrize(
    "env",
    [
        {"DATABASE_URL": "postgres://u:p@postgres:5432/n", "REDIS_URL": "redis://redis:6379/0"},
        {"DATABASE_URL": "postgres://u:p@127.0.0.1:5432/n", "REDIS_URL": "redis://localhost:6379/0"},
        {"DATABASE_URL": "postgres://u:p@%2Frun%2Fpostgresql/n", "REDIS_URL": "unix:///run/redis.sock"},
        {"ALLOWED_HOSTS": ".example.com", "PUBLIC_URL": "https://API.example.com:8443/"},
        {"ADMIN_ENABLED": "true", "API_DOCS": "login"},
        {"SECRET_KEY_FALLBACKS": WHOLE["SECRET_KEY"][::-1]},
    ],
)
def test_what_looks_like_a_danger_and_is_none(env):
    assert dangers.found(read(**env)) == []


def test_every_danger_of_the_list_has_a_case_and_a_number_of_its_own():
    numbers = [one.id.removeprefix("signflow.") for one in dangers.DANGERS]
    assert len(numbers) == len(set(numbers))
    assert {*STOPS, *WARNS, *ELSEWHERE} == set(numbers)


def test_debug_is_found(settings):
    settings.DEBUG = True
    assert "signflow.E016" in {one.id for one in run_checks()}


def test_a_lease_that_is_too_short_is_found(monkeypatch):
    assert not [one for one in run_checks() if f"{one.id}".startswith("signflow.E")]
    short = doorbell.Kind(**{**vars(doorbell.KINDS[REQUEST_JOB]), "lease": 83.0})
    monkeypatch.setitem(doorbell.KINDS, REQUEST_JOB, short)
    assert "signflow.E017" in {one.id for one in run_checks()}


def test_the_checks_tell_them_with_their_hints(settings):
    settings.DEV, settings.SECURE_HSTS_SECONDS, settings.ALLOWED_HOSTS = False, 0, ["*"]
    by_number = {one.id: one for one in run_checks(include_deployment_checks=True)}
    assert by_number["signflow.E002"].hint == "Name the hosts this server answers to."
    assert by_number["signflow.W005"].level < by_number["signflow.E002"].level
    assert "signflow.W005" not in {one.id for one in run_checks()}, "every command would tell it"


def test_the_doctor_asks_about_them(settings):
    assert asked("settings").level == Level.WARN, "development"
    settings.DEV, settings.ALLOWED_HOSTS = False, ["*"]
    outcome = asked("settings")
    assert outcome.level == Level.FAULT
    assert "ALLOWED_HOSTS allows every host. (signflow.E002)" in outcome.says
    assert "Name the hosts this server answers to." in outcome.fix


def test_the_table_in_the_documentation_is_the_list():
    text = (ROOT / "docs" / "configuration.md").read_text()
    rows = dict(re.findall(r"^\| (signflow\.\w+) \| (.+?) \|", text, flags=re.MULTILINE))
    assert rows == {one.id: one.says for one in dangers.DANGERS}


def test_malformed_values_are_told_all_at_once_beside_what_is_missing_and_dangerous():
    said = refusal(
        WEB_CONCURRENCY="x",
        PORT="http",
        ENABLE_SCHEDULER="perhaps",
        DATABASE_URL="mysql://u:hidden@db/n",
        REDIS_URL="localhost",
        LOG_LEVEL="LOUD",
        TRUSTED_PROXIES="-1",
        FRONTEND_URL="",
        ALLOWED_HOSTS="*",
    )
    for told in (
        "WEB_CONCURRENCY is not a valid int.",
        "PORT is not a valid int.",
        "ENABLE_SCHEDULER is not a valid bool.",
        "DATABASE_URL is neither",
        "REDIS_URL does not begin with",
        "LOG_LEVEL must be one of DEBUG",
        "TRUSTED_PROXIES must lie between 0 and 10.",
        "These settings are missing: FRONTEND_URL.",
        "(signflow.E002)",
    ):
        assert told in said
    assert "hidden" not in said
