import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from signing.setu.wire import (
    NotANotice,
    SetuDocument,
    SetuDownload,
    SetuNotice,
    SetuSignature,
    SetuSigner,
)
from tests.samples import setu_sample

SIGNER = {"id": "s1", "identifier": "sgn-001", "status": "pending", "url": "https://sign.example/1"}


def notice(**esign: Any) -> bytes:
    return json.dumps({"event": "E", "data": {"esign": {"id": "r1", **esign}}}).encode()


def signer(**changes: Any) -> SetuSigner:
    return SetuSigner.model_validate(SIGNER | changes)


# Answers


def test_a_created_request_is_read():
    seen = SetuSignature.model_validate_json(setu_sample("signature_created"))
    assert seen.id == "b1f0c9a2-0d3e-4b57-8a61-7c2d9e40b001"
    assert seen.document_id == "3f6c1f0e-6a57-4c0e-9d0b-52f1a1c7a001"
    assert (seen.status, seen.redirect_url) == (
        "sign_initiated",
        "https://app.signflow.example/return/9c1d",
    )
    assert [(one.identifier, one.status, one.err_code) for one in seen.signers] == [
        ("sgn-001", "pending", None),
        ("sgn-002", "pending", None),  # without an errCode at all
    ]
    assert all(one.url and one.url.startswith("https://dg-uat.setu.co/") for one in seen.signers)


def test_nothing_of_an_aadhaar_is_kept():
    for name in ("signature_pending", "signature_created"):
        seen = SetuSignature.model_validate_json(setu_sample(name))
        kept = repr(seen) + seen.model_dump_json()
        assert "Sample" not in kept
        assert "1901" not in kept
        assert "displayName" not in kept
    assert "Sample" not in repr(SetuNotice.parse(setu_sample("notice")))


def test_a_document_and_a_download_are_read():
    assert SetuDocument.model_validate_json(setu_sample("upload")).id.startswith("3f6c1f0e")
    download = SetuDownload.model_validate_json(setu_sample("download"))
    assert download.url.startswith("https://")


@pytest.mark.parametrize("value", ["", None, {}, "None", [], 7])
def test_every_way_of_writing_no_error_is_none(value):
    assert signer(errCode=value).err_code is None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("invalid_otp", "invaild_otp"),
        ("txn_value_mismatch", "tnx_value_mismatch"),
        ("invaild_otp", "invaild_otp"),
        ("brand_new_code", "brand_new_code"),
        ("x" * 100, "x" * 64),
        ("otp\0_expired", "otp_expired"),
    ],
)
def test_error_codes_keep_the_contracts_spelling(theirs, ours):
    assert signer(errCode=theirs).err_code == ours


def test_a_status_nobody_documented_passes_as_text():
    assert signer(status="sign_paused").status == "sign_paused"


@pytest.mark.parametrize("value", ["", None, {}])
def test_a_signer_may_have_no_link(value):
    assert signer(url=value).url is None


@pytest.mark.parametrize(
    "change", [{"id": ""}, {"id": None}, {"id": 7}, {"id": "x" * 201}, {"id": "a\0b"}, {"status": ""}]
)
def test_a_signer_without_usable_id_or_status_is_no_signer(change):
    with pytest.raises(ValidationError):
        signer(**change)


# Callbacks


def test_a_callback_is_read():
    seen = SetuNotice.parse(setu_sample("notice"))
    assert seen.setu_id == "b1f0c9a2-0d3e-4b57-8a61-7c2d9e40b001"
    assert seen.document_id == "3f6c1f0e-6a57-4c0e-9d0b-52f1a1c7a001"
    assert seen.status == "sign_pending"
    assert [(one.status, one.err_code, one.url) for one in seen.signers] == [
        ("signed", None, None),
        ("pending", "otp_not_entered", None),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b"\xff\xfe{}",
        b"<html>",
        b"[" * 100_000,
        b'{"data":' * 100_000,
        b'{"data": []}',
        b'{"data": {"esign": "b1f0"}}',
        b'{"data": {"esign": {}}}',
        notice(id=""),
        notice(id="None"),
        notice(id=None),
        notice(id=7),
        notice(id=["r1"]),
        notice(id="x" * 201),
        notice(id="r1\0"),
        b'{"data": {"esign": {"id": "\\ud800"}}}',
        b'{"data": {"esign": {"id": ' + b"9" * 5000 + b"}}}",
    ],
)
def test_a_body_that_names_no_request_is_no_notice(raw):
    with pytest.raises(NotANotice) as caught:
        SetuNotice.parse(raw)
    assert isinstance(caught.value, ValueError)


def test_an_id_alone_is_enough():
    seen = SetuNotice.parse(b'{"data": {"esign": {"id": "r1"}}}')
    assert seen == SetuNotice(setu_id="r1")


@pytest.mark.parametrize("odd", [7, [], {}, "", None, "a\0b", {"id": 1}])
def test_odd_values_elsewhere_are_dropped(odd):
    seen = SetuNotice.parse(notice(documentId=odd, signers=odd))
    assert (seen.setu_id, seen.document_id, seen.signers) == ("r1", None, ())


def test_signers_that_cannot_be_read_are_left_out():
    seen = SetuNotice.parse(notice(signers=[SIGNER, {"id": "s2"}, "s3", None, SIGNER | {"id": ""}]))
    assert [one.id for one in seen.signers] == ["s1"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON, JSON, JSON)
def test_any_json_is_either_a_notice_or_none(setu_id, status, signers, event):
    body = {"event": event, "data": {"esign": {"id": setu_id, "status": status, "signers": signers}}}
    try:
        seen = SetuNotice.parse(json.dumps(body).encode())
    except NotANotice:
        return
    assert 0 < len(seen.setu_id) <= 200


@given(st.binary(max_size=200))
def test_any_bytes_are_either_a_notice_or_none(raw):
    with pytest.raises(NotANotice):
        SetuNotice.parse(raw)
