"""Values that cannot be meant stop the start with a sentence that names the setting, never with a traceback's."""

import pytest

from tests.signflow.test_settings import COMPLETE, complaint, value, without

DATABASE = "DATABASE_URL is neither postgres://"


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("DATABASE_URL", "nonsense", DATABASE),
        ("DATABASE_URL", "mysql://user:hidden@db.example.com/name", DATABASE),
        ("DATABASE_URL", "postgres://user:hidden@db.example.com:port/name", DATABASE),
        ("REDIS_URL", "localhost:6379", "REDIS_URL does not begin with redis://"),
        ("ENABLE_SCHEDULER", "perhaps", "The setting ENABLE_SCHEDULER is not a valid bool."),
        ("TICK_SECONDS", "soon1", "The setting TICK_SECONDS is not a valid float."),
        ("TICK_SECONDS", "nan", "The setting TICK_SECONDS must lie between 0.01 and 60.0."),
        ("CLOCK_GETS_PER_SECOND", "0", "The setting CLOCK_GETS_PER_SECOND must lie between 1 and 1000."),
        ("CHECK_SECONDS_ACTIVE", "-5", "The setting CHECK_SECONDS_ACTIVE must lie between 1 and 43200."),
        (
            "SECRET_KEY_FILE",
            "/nowhere/key",
            "The file that SECRET_KEY_FILE names cannot be read: No such file",
        ),
        ("SETU_CALLBACK_TOKENS", " , ", "These settings are missing: SETU_CALLBACK_TOKENS."),
    ],
)
def test_what_cannot_be_meant_is_told(name, given, told):
    said = complaint(**(COMPLETE | {name: given}))
    assert told in said
    assert "hidden" not in said


def test_a_secret_may_begin_with_a_dollar_and_hold_spaces_and_commas():
    secret = "$" + "a, b" * 15
    assert value("s.SECRET_KEY", **without("SECRET_KEY"), SECRET_KEY=secret) == secret


def test_spaces_after_commas_are_no_part_of_a_name_or_token():
    tokens = f"{'one' * 10}, {'two' * 10}"
    env = COMPLETE | {"ALLOWED_HOSTS": "api.example.com, b.example.com", "SETU_CALLBACK_TOKENS": tokens}
    said = value("s.ALLOWED_HOSTS, s.SETU_CALLBACK_TOKENS", **env)
    assert said == str((["api.example.com", "b.example.com"], tokens.split(", ")))
