import os
import stat

from signflow import devmode


def test_secrets_are_made_once_each_its_own(tmp_path):
    made = devmode.kept_secrets(tmp_path / "var")
    assert set(made) == {*devmode.SECRETS, *devmode.PASSWORDS}
    assert len(set(made.values())) == len(made)
    assert all(len(made[name]) >= 12 for name in made)
    assert devmode.kept_secrets(tmp_path / "var") == made


def test_a_secret_that_is_lacking_is_added_and_the_others_stay(tmp_path):
    made = devmode.kept_secrets(tmp_path)
    kept = tmp_path / "demo.env"
    lines = [line for line in kept.read_text().splitlines() if not line.startswith("SECRET_KEY=")]
    kept.write_text("\n".join([*lines, "MY_OWN=a=b", ""]))
    again = devmode.kept_secrets(tmp_path)
    assert again["SECRET_KEY"] != made["SECRET_KEY"]
    assert again["MY_OWN"] == "a=b"
    assert {name: again[name] for name in made if name != "SECRET_KEY"} == {
        name: made[name] for name in made if name != "SECRET_KEY"
    }
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_setu_is_configured_only_when_all_its_credentials_are_there():
    complete = dict.fromkeys(devmode.SETU_NAMES, "x")
    assert devmode.setu_configured(complete)
    assert devmode.setu_configured(complete | {"SETU_CLIENT_ID": "", "SETU_CLIENT_ID_FILE": "/x"})
    for name in devmode.SETU_NAMES:
        assert not devmode.setu_configured(complete | {name: ""})


def test_other_ports_are_those_of_make_run(tmp_path, monkeypatch):
    environ = {"PORT": "9000", "STANDIN_PORT": "9100"}
    monkeypatch.setattr(os, "environ", environ)
    devmode.fill(tmp_path)
    assert environ["PUBLIC_URL"] == "http://localhost:9000"
    assert environ["SETU_BASE_URL"] == "http://127.0.0.1:9100"
