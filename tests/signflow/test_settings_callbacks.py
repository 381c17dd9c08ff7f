"""What callbacks must bring is refused at the start where it is short or half set: nobody should believe it is on."""

import pytest

from tests.signflow.test_settings import COMPLETE, complaint, value

NEW, OLD = "n" * 20, "o" * 20


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"SETU_CALLBACK_BASIC": "setu:short"},
            "A secret of SETU_CALLBACK_BASIC has fewer than 20 characters.",
        ),
        ({"SETU_CALLBACK_BASIC": NEW}, "SETU_CALLBACK_BASIC is not user:password"),
        ({"SETU_CALLBACK_BASIC": f":{NEW}"}, "SETU_CALLBACK_BASIC is not user:password"),
        (
            {"SETU_CALLBACK_BASIC": ",".join([f"setu:{NEW}"] * 3)},
            "SETU_CALLBACK_BASIC holds more than 2 secrets",
        ),
        ({"SETU_CALLBACK_API_KEYS": NEW}, "These settings are missing: SETU_CALLBACK_API_KEY_HEADER."),
        (
            {"SETU_CALLBACK_API_KEY_HEADER": "X-API-KEY"},
            "These settings are missing: SETU_CALLBACK_API_KEYS.",
        ),
        (
            {"SETU_CALLBACK_API_KEYS": f"{NEW},short", "SETU_CALLBACK_API_KEY_HEADER": "X-API-KEY"},
            "A secret of SETU_CALLBACK_API_KEYS has fewer than 20 characters.",
        ),
        (
            {"SETU_CALLBACK_API_KEYS": NEW, "SETU_CALLBACK_API_KEY_HEADER": "X API KEY"},
            "SETU_CALLBACK_API_KEY_HEADER is not a header's name.",
        ),
        ({"SETU_CALLBACK_HMAC_SECRETS": NEW}, "These settings are missing: SETU_CALLBACK_HMAC_HEADER."),
        ({"SETU_CALLBACK_HMAC_HEADER": "X-Sign"}, "These settings are missing: SETU_CALLBACK_HMAC_SECRETS."),
        ({"SETU_CALLBACK_NETWORKS": "203.0.113.7/24"}, "SETU_CALLBACK_NETWORKS must be networks such as"),
        ({"SETU_CALLBACK_NETWORKS": "setu.co"}, "SETU_CALLBACK_NETWORKS must be networks such as"),
        (
            {"SETU_CALLBACK_TOKENS": f"{NEW}/{OLD}"},
            "holds other characters than letters, digits and . _ ~ -.",
        ),
    ],
    ids=lambda each: ",".join(each) if isinstance(each, dict) else "",
)
def test_what_is_short_or_half_set_stops_the_start(given, told):
    said = complaint(**(COMPLETE | given))
    assert told in said
    assert NEW not in said


def test_two_secrets_of_each_are_read_and_networks_of_both_families():
    basic, keys, hmac = ([f"{old}{use}" for old in (NEW, OLD)] for use in ("basic", "key", "hmac"))
    env = COMPLETE | {
        "SETU_CALLBACK_BASIC": ",".join(f"setu:{secret}" for secret in basic),
        "SETU_CALLBACK_API_KEYS": ", ".join(keys),
        "SETU_CALLBACK_API_KEY_HEADER": "X-API-KEY",
        "SETU_CALLBACK_HMAC_SECRETS": ",".join(hmac),
        "SETU_CALLBACK_HMAC_HEADER": "X-Body-Signature",
        "SETU_CALLBACK_NETWORKS": "203.0.113.0/24, 2001:db8::/32, 198.51.100.7",
    }
    expression = (
        "s.SETU_CALLBACK_BASIC, s.SETU_CALLBACK_API_KEYS, s.SETU_CALLBACK_HMAC_SECRETS, "
        "[str(each) for each in s.SETU_CALLBACK_NETWORKS]"
    )
    networks = ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7/32"]
    assert value(expression, **env) == str(([f"setu:{secret}" for secret in basic], keys, hmac, networks))


def test_a_secret_may_stand_in_a_file(tmp_path):
    (tmp_path / "secrets").write_text(f"{NEW},{OLD}\n")
    env = {
        "SETU_CALLBACK_HMAC_SECRETS_FILE": str(tmp_path / "secrets"),
        "SETU_CALLBACK_HMAC_HEADER": "X-Sign",
    }
    assert value("s.SETU_CALLBACK_HMAC_SECRETS", **COMPLETE, **env) == str([NEW, OLD])
