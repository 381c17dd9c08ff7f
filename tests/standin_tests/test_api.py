"""What clients of Setu's API see."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.standin import StandIn
from tests.standin_tests.client import KEYS, Client, contract, error, signer

SIGNER_KEYS = {
    *("id", "identifier", "displayName", "birthYear", "status", "errCode"),
    *("signatureDetails", "url"),
}


def test_an_upload_answers_id_and_name_only(setu: Client) -> None:
    answer = setu.upload()
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "name"}
    assert answer.json()["name"] == "Offer letter"


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\nbroken", contract()[:300]])
def test_an_upload_that_is_no_pdf_is_refused(setu: Client, content: bytes) -> None:
    assert error(setu.upload(content)) == (400, "invalid_payload")


def test_an_upload_needs_the_document_and_its_name(setu: Client) -> None:
    file = ("offer.pdf", contract(), "application/pdf")
    assert error(setu.post("/api/documents", files={"files": file}, data={"name": "x"}))[0] == 400
    assert error(setu.post("/api/documents", files={"document": file}))[0] == 400
    assert error(setu.upload(name=" "))[0] == 400


def test_an_upload_beyond_the_limit_is_refused() -> None:
    with Client(StandIn(upload_bytes=1000)) as setu:
        assert error(setu.upload()) == (400, "invalid_payload")
        assert error(setu.upload(contract() + b" " * 200_000)) == (400, "invalid_payload")


def test_a_document_can_be_read(setu: Client) -> None:
    document_id = setu.upload().json()["id"]
    answer = setu.get(f"/api/documents/{document_id}")
    assert answer.status_code == 200
    assert set(answer.json()) == {"documentType", "downloadUrl", "id", "name"}
    assert setu.files.get(answer.json()["downloadUrl"]).content == contract()


def test_a_created_request_has_setus_shape(setu: Client) -> None:
    made = setu.made(signer(geoCoordinate="1,2", signerNo=1, unheardOf=True), unheardOf=1)
    assert set(made) == {"id", "documentId", "redirectUrl", "status", "traceId", "signers"}
    assert set(made["signers"][0]) == SIGNER_KEYS
    assert made["status"] == "sign_initiated"
    asha = made["signers"][0]
    assert (asha["status"], asha["errCode"], asha["signatureDetails"]) == ("pending", None, None)
    assert asha["birthYear"] == "None"
    assert asha["url"] == (f"http://setu.test/signature/preview?requestId={made['id']}&signerId={asha['id']}")


def test_reason_location_and_birth_year_are_echoed_when_given(setu: Client) -> None:
    made = setu.made(signer(location="Pune", birthYear="1990"), reason="Offer")
    assert made["reason"] == "Offer"
    assert made["signers"][0]["location"] == "Pune"
    assert made["signers"][0]["birthYear"] == "1990"


def test_reading_a_request_gives_what_create_gave_without_the_trace(setu: Client) -> None:
    made = setu.made(signer("a"), signer("b"))
    del made["traceId"]
    assert setu.now(made["id"]) == made


def test_trace_ids_alternate_between_two_forms(setu: Client) -> None:
    forms = [setu.get("/api/signature/none").json()["error"]["traceId"] for _ in range(4)]
    x_ray = [bool(re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", form)) for form in forms]
    assert x_ray in ([True, False, True, False], [False, True, False, True])


def test_a_document_serves_one_request_only(setu: Client) -> None:
    made = setu.made()
    assert error(setu.create(documentId=made["documentId"])) == (400, "invalid_document")


def test_an_unknown_document_is_an_invalid_document(setu: Client) -> None:
    assert error(setu.create(documentId="none")) == (400, "invalid_document")


def signature(**changes: Any) -> dict[str, Any]:
    return {"signers": [{**signer(), "signature": {**signer()["signature"], **changes}}]}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirectUrl": "app.test/return"},
        {"redirectUrl": "ftp://app.test/"},
        {"redirectUrl": "https://"},
        {"redirectUrl": "https://app.test/\nX: y"},
        {"redirectUrl": None},
        {"documentId": 7},
        {"reason": 7},
        {"signers": []},
        {"signers": "Asha"},
        {"signers": ["Asha"]},
        {"signers": [{"identifier": "a", "displayName": "b"}]},
        {"signers": [signer(identifier="")]},
        {"signers": [signer(displayName=" ")]},
        {"signers": [signer(birthYear=1990)]},
        {"signers": [signer(birthYear="90")]},
        {"signers": [signer(str(number)) for number in range(26)]},
        signature(position="lower-left"),
        signature(position=None),
        signature(onPages=[]),
        signature(onPages="1"),
        signature(onPages=[1]),
        signature(onPages=["0"]),
        signature(onPages=["1-2"]),
        signature(onPages=["all"]),
        signature(onPages=["3"]),
        signature(height=0),
        signature(width="180"),
    ],
)
def test_a_create_that_is_wrong_is_an_invalid_payload(setu: Client, changes: dict[str, Any]) -> None:
    assert error(setu.create(**changes)) == (400, "invalid_payload")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_a_create_that_is_no_object_is_an_invalid_payload(setu: Client, body: bytes) -> None:
    assert error(setu.post("/api/signature", content=body)) == (400, "invalid_payload")


def test_twenty_five_signers_are_allowed(setu: Client) -> None:
    assert len(setu.made(*(signer(str(number)) for number in range(25)))["signers"]) == 25


def test_the_cap_on_signers_is_a_setting() -> None:
    with Client(StandIn(signer_cap=6)) as setu:
        assert error(setu.create(*(signer(str(number)) for number in range(7)))) == (400, "invalid_payload")


def test_a_refused_create_leaves_the_document_free(setu: Client) -> None:
    document_id = setu.upload().json()["id"]
    assert error(setu.create(signer(onPages=["9"]), documentId=document_id))[0] == 400
    assert setu.create(documentId=document_id).status_code == 201


CALLS: list[Callable[[Client, str], Any]] = [
    lambda setu, slash: setu.post(f"/api/documents{slash}"),
    lambda setu, slash: setu.get(f"/api/documents/none{slash}"),
    lambda setu, slash: setu.post(f"/api/signature{slash}"),
    lambda setu, slash: setu.get(f"/api/signature/none{slash}"),
    lambda setu, slash: setu.get(f"/api/signature/none/download{slash}"),
    lambda setu, slash: setu.post(f"/api/signature/none/delete{slash}"),
    lambda setu, slash: setu.get(f"/api/signature/none/audit{slash}"),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_trailing_slash_changes_nothing(setu: Client, call: Callable[[Client, str], Any]) -> None:
    assert error(call(setu, "")) == error(call(setu, "/"))
    assert call(setu, "/").status_code in (400, 404)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("header", KEYS)
def test_every_call_needs_all_three_headers(
    standin: StandIn, call: Callable[[Client, str], Any], header: str
) -> None:
    for wrong in ({}, {header: "wrong"}):
        rest = {name: value for name, value in KEYS.items() if name != header}
        with Client(standin, headers={**rest, **wrong}) as stranger:
            assert error(call(stranger, "")) == (401, "unauthorized")


def test_another_clients_resources_do_not_exist() -> None:
    standin = StandIn(accounts=[("client", "secret", "instance"), ("other", "word", "place")])
    keys = {"x-client-id": "other", "x-client-secret": "word", "x-product-instance-id": "place"}
    with Client(standin) as setu, Client(standin, headers=keys) as other:
        made = setu.made()
        assert error(other.get(f"/api/signature/{made['id']}")) == (404, "signature_request_not_found")
        assert error(other.get(f"/api/documents/{made['documentId']}")) == (404, "document_not_found")
        assert error(other.post(f"/api/signature/{made['id']}/delete"))[0] == 404
        assert error(other.create(documentId=setu.upload().json()["id"])) == (400, "invalid_document")


def test_an_unknown_path_and_a_wrong_method_are_enveloped_too(setu: Client) -> None:
    assert error(setu.get("/api/nothing"))[0] == 404
    assert error(setu.get("/api//documents/x"))[0] == 404
    assert error(setu.put("/api/signature"))[0] == 405


def test_a_deleted_request_is_gone_with_its_document(setu: Client) -> None:
    made = setu.made()
    answer = setu.post(f"/api/signature/{made['id']}/delete")
    assert (answer.status_code, answer.content) == (204, b"")
    assert error(setu.get(f"/api/signature/{made['id']}")) == (404, "signature_request_not_found")
    assert error(setu.get(f"/api/signature/{made['id']}/download"))[0] == 404
    assert error(setu.post(f"/api/signature/{made['id']}/delete")) == (404, "signature_request_not_found")
    assert error(setu.get(f"/api/documents/{made['documentId']}"))[0] == 404
    assert error(setu.create(documentId=made["documentId"])) == (400, "invalid_document")


def test_the_oldest_is_forgotten_beyond_the_cap() -> None:
    with Client(StandIn(things_cap=2)) as setu:
        first, second, third = (setu.made()["id"] for _ in range(3))
        assert setu.get(f"/api/signature/{first}").status_code == 404
        assert {setu.now(each)["status"] for each in (second, third)} == {"sign_initiated"}


def test_the_health_check_needs_no_keys(standin: StandIn) -> None:
    with Client(standin, headers={}) as anybody:
        assert anybody.get("/healthz").status_code == 200
