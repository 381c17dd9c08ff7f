"""The audit in its two forms."""

import io

import pytest
from pypdf import PdfReader

from tests.standin import StandIn
from tests.standin_tests.client import Client, signer


@pytest.mark.parametrize("accept", ["application/pdf", "application/pdf;q=1, application/json;q=0.5"])
def test_the_audit_can_be_had_as_a_pdf(setu: Client, standin: StandIn, accept: str) -> None:
    made = setu.made(signer(displayName="Asha <b> राव"))
    standin.sign(made["id"], "sgn-1")
    answer = setu.get(f"/api/signature/{made['id']}/audit", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for words in (
        "uploaded",
        "notified",
        "opened",
        "signed",
        made["id"],
        "serialNumber",
        "no legal meaning",
        "Asha <b>",
    ):
        assert words in text


def test_an_audit_in_another_form_is_refused(setu: Client) -> None:
    url = f"/api/signature/{setu.made()['id']}/audit"
    assert setu.get(url, headers={"Accept": "text/html"}).status_code == 406
    assert setu.get(url, headers={"Accept": "*/*"}).headers["content-type"] == "application/json"
