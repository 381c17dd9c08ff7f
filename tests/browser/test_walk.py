"""A person's first hour: from signing in on the page of the API's documentation to the signed file."""

from functools import partial

from signing.pdf.verify import pdf_verify
from tests.browser.conftest import Opens
from tests.browser.docs_page import DocsPage
from tests.browser.page import Page
from tests.running import CONTRACT, SIGN_AT, Running


def signs(page: Page, link: str) -> None:
    """Follow a signer's link, and do on the page behind it what it asks for."""
    page.open(link)
    otp = page.see(".message strong")
    page.type("#otp", otp)
    page.click("#consent")
    page.click("button", "Sign document")


def test_a_contract_goes_from_the_documentation_page_to_a_signed_file(opens: Opens, signflow: Running):
    page, tab = opens(), opens()
    docs = DocsPage(page, signflow.web)
    docs.authorize("manager", signflow.password("manager"))
    document = docs.call("POST", "/api/documents/", {"name": "Service agreement"}, file=CONTRACT)
    people = {one["displayName"]: one["identifier"] for one in docs.call("GET", "/api/users/list/")}
    signers = [{"identifier": people[name], "signature": SIGN_AT} for name in ("asha", "ravi")]
    asked = docs.call("POST", "/api/signature/", body={"documentId": document["id"], "signers": signers})
    request = asked["id"]

    def own(name: str, field: str) -> str | None:
        """What the signer's dashboard says of their own part in the request."""
        row = next(row for row in docs.call("GET", "/api/dashboard/") if row["signature_id"] == request)
        said: str | None = next(one[field] for one in row["signers"] if one["username"] == name)
        return said

    def has_signed(name: str) -> bool:
        return own(name, "status") == "signed"

    for name in ("asha", "ravi"):
        docs.authorize(name, signflow.password(name))
        link = page.until(partial(own, name, "signer_url"), f"{name} has a link")
        signs(tab, link)
        tab.see_url(f"{signflow.web}/api/docs/")  # no frontend runs: the way back ends here
        page.until(partial(has_signed, name), f"{name} is signed")

    page.until(
        lambda: (
            docs.call("GET", "/api/signature/{request_id}/", {"request_id": request})["status"]
            == "sign_complete"
        ),
        "the signed file is checked",
    )
    page.open(docs.call("GET", "/api/download/{request_id}/", {"request_id": request})["downloadUrl"])
    signed = page.downloaded().read_bytes()
    assert signed.startswith(b"%PDF-")
    assert len(pdf_verify(signed, signatures=2).signatures) == 2
    assert page.problems + tab.problems == []
    web, standin = (url.removeprefix("http://") for url in (signflow.web, signflow.standin))
    assert page.hosts() == {web}
    assert tab.hosts() == {web, standin}
