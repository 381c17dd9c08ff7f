"""Where files are kept, by settings: a disk that is said to last, or an S3-compatible storage."""

import pytest

from tests.signflow.test_settings import COMPLETE, complaint, value

NAMES = (
    "FILES_BUCKET",
    "FILES_ENDPOINT_URL",
    "FILES_REGION",
    "FILES_ACCESS_KEY",
    "FILES_SECRET_KEY",
    "FILES_PATH_STYLE",
    "FILES_DURABLE",
)
PLAIN = COMPLETE | dict.fromkeys(NAMES, "") | {"SETU_CALLBACK_TOKENS": "c" * 20}
KEYS = {"FILES_ACCESS_KEY": "key", "FILES_SECRET_KEY": "another secret"}
OPTIONS = "sorted(s.STORAGES['default']['OPTIONS'].items())"


def test_production_refuses_the_local_disk_unless_it_is_said_to_last():
    assert "set FILES_BUCKET, or FILES_DURABLE=true" in complaint(**PLAIN)
    backend = "s.STORAGES['default']['BACKEND'].rsplit('.')[-1]"
    assert value(backend, **PLAIN | {"FILES_DURABLE": "true"}) == "DiskFiles"
    assert value(backend, **PLAIN | {"FILES_BUCKET": "contracts"}) == "S3Files"


def test_a_bucket_alone_is_amazons_with_the_platforms_own_credentials():
    assert value(OPTIONS, **PLAIN | {"FILES_BUCKET": "contracts"}) == str(
        [("bucket_name", "contracts"), ("endpoint_url", None), ("path_style", False), ("region_name", None)]
    )


def test_another_makers_storage_has_an_address_and_keys_one_of_them_in_a_file(tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    env = PLAIN | {"FILES_BUCKET": "contracts", "FILES_ENDPOINT_URL": "https://s3.example.com"}
    env |= {"FILES_REGION": "ap-south-1", "FILES_PATH_STYLE": "true", "FILES_ACCESS_KEY": "key"}
    env |= {"FILES_SECRET_KEY_FILE": str(tmp_path / "secret")}
    assert value(OPTIONS, **env) == str(
        [
            ("access_key", "key"),
            ("bucket_name", "contracts"),
            ("endpoint_url", "https://s3.example.com"),
            ("path_style", True),
            ("region_name", "ap-south-1"),
            ("secret_key", "from a file"),
            ("security_token", None),
        ]
    )


@pytest.mark.parametrize("name", KEYS)
def test_half_a_pair_of_keys_is_missed_by_its_name(name):
    env = PLAIN | KEYS | {"FILES_BUCKET": "contracts", name: ""}
    assert f"These settings are missing: {name}." in complaint(**env)


def test_contracts_do_not_travel_in_plain_text():
    env = PLAIN | {"FILES_BUCKET": "contracts", "FILES_ENDPOINT_URL": "http://s3.example.com"}
    assert "FILES_ENDPOINT_URL does not begin with https://." in complaint(**env)


def test_the_platforms_session_token_goes_with_the_platforms_keys_only():
    expression = "(lambda f: (f.access_key, f.security_token))(__import__('django.core.files.storage')"
    expression += ".core.files.storage.storages['default'])"
    theirs = {"AWS_ACCESS_KEY_ID": "theirs", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "token"}
    env = PLAIN | {"FILES_BUCKET": "contracts"} | theirs
    assert value(expression, **env | KEYS) == "('key', None)"
    assert value(expression, **env) == "('theirs', 'token')"
