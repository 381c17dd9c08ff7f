"""The signing page as a person's browser gets it."""

import io
import re
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from tests.standin import Clock, StandIn
from tests.standin_tests.client import Client, contract, signer
from tests.standin_tests.page import Page, open_page
from tests.standin_tests.test_configs import by_config, config, place

PAPER = (255, 255, 255)
MARK_PAPER = (255, 255, 237)
TWO = (
    signer("a", displayName="Asha Rao", onPages=["2"]),
    signer("b", displayName="Ravi", position="top-left"),
)


def picture(setu: Client, page: Page, number: int) -> Image.Image:
    sheets = [str(each["src"]) for each in page.images if "page.png" in str(each["src"])]
    answer = setu.get(sheets[number], headers={"x-client-id": ""})
    assert answer.headers["content-type"] == "image/png"
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def corner(image: Image.Image, position: str) -> Any:
    """The colour a little inside the mark of 180 by 60 points in that corner of a page 595 points wide."""
    scale = image.width / 595.27
    x, y = (24 + 175) * scale, (24 + 5) * scale
    return image.getpixel((int(x), int(y if position == "top-left" else image.height - y)))


def test_it_says_who_asks_why_and_where_the_mark_goes(clock: Clock) -> None:
    with Client(StandIn(clock=clock, client_name="SignFlow")) as setu:
        text, page = open_page(setu, setu.made(*TWO, reason="Offer"))
    for words in (
        "SignFlow",
        "Offer",
        "Asha Rao",
        "Offer letter",
        "page 2, bottom left",
        "0 of 2 people have signed",
    ):
        assert words in text
    assert "12:15 (India)" in text  # noon and fifteen minutes
    assert "123456" in text
    assert "no legal meaning" in text
    assert text.count("Your signature</text>") == 1
    assert [each["alt"] for each in page.images if each["alt"]] == [
        f"Page {number} of 2 of Offer letter" for number in (1, 2)
    ]


def test_everything_comes_from_the_page_itself_and_nothing_runs(setu: Client) -> None:
    answer = setu.get(setu.made()["signers"][0]["url"])
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    page = Page(answer.text)
    assert "script" not in page.tags
    for address in page.addresses:
        assert address.startswith(("/signature/", "#")), address
    for address in ("/signature/standin.css", "/signature/icon.svg"):
        assert address in page.addresses
        assert setu.get(address).status_code == 200
    assert "url(" not in setu.get("/signature/standin.css").text


def test_every_field_has_its_label(setu: Client, standin: StandIn) -> None:
    standin.switch(name_match="reject")
    _, page = open_page(setu, setu.made())
    names = {each["name"] for each in page.fields}
    assert names == {"otp", "consent", "errCode", "aadhaarName", "aadhaarYear"}
    for each in page.fields:
        assert each["id"] in page.labels


def test_the_pages_are_shown_with_the_marks_they_bear(setu: Client, standin: StandIn) -> None:
    made = setu.made(*TWO)
    _, page = open_page(setu, made)
    before = picture(setu, page, 0)
    assert before.width > 900
    assert before.getcolors(1 << 20) != [(before.width * before.height, PAPER)]
    assert corner(before, "top-left") == PAPER
    setu.submit(made, "decline")
    standin.sign(made["id"], "b")
    _, page = open_page(setu, made)
    assert corner(picture(setu, page, 0), "top-left") != PAPER
    assert corner(picture(setu, page, 1), "top-left") == PAPER


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_place_shown_is_the_place_marked(setu: Client, standin: StandIn, rotate: int) -> None:
    there = place(lowerLeftX=100, lowerLeftY=200, upperRightX=300, upperRightY=260)
    config_id = config(setu, there).json()["configId"]
    document_id = setu.upload(contract(1, rotate=rotate)).json()["id"]
    made = setu.made(documentId=document_id, **by_config(config_id, 1))
    text, _ = open_page(setu, made)
    spot = re.search(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', text)
    assert spot
    x, y, width, height = (float(edge) for edge in spot.groups())
    standin.sign(made["id"], "sgn-1")
    image = drawn(setu.file(made["id"]).content)
    marked = [
        (column, row)
        for column in range(0, image.width, 4)
        for row in range(0, image.height, 4)
        if image.getpixel((column, row)) == MARK_PAPER
    ]
    assert len(marked) > 100
    for column, row in marked:
        assert x - 2 <= column <= x + width + 2
        assert y - 2 <= row <= y + height + 2


def drawn(content: bytes) -> Image.Image:
    """The first page, a pixel a point."""
    pdf = pypdfium2.PdfDocument(content)
    pdf.init_forms()
    try:
        found: Image.Image = pdf[0].render(scale=1).to_pil().convert("RGB")
        return found
    finally:
        pdf.close()


@pytest.mark.parametrize("page", ["0", "3", "x", "", "-1", "1" * 9])
def test_a_page_that_is_not_there_has_no_picture(setu: Client, page: str) -> None:
    made = setu.made()
    ids = {"requestId": made["id"], "signerId": made["signers"][0]["id"]}
    assert setu.get("/signature/page.png", params={**ids, "page": page}).status_code == 404


def test_pictures_need_a_signers_link(setu: Client, standin: StandIn) -> None:
    made = setu.made()
    good = {"requestId": made["id"], "signerId": made["signers"][0]["id"], "page": "1"}
    assert setu.get("/signature/page.png", params=good).status_code == 200
    assert setu.now(made["id"])["status"] == "sign_initiated"  # a picture starts no session
    for change in ({"signerId": "x"}, {"requestId": "x"}, {"signerId": ""}):
        assert setu.get("/signature/page.png", params={**good, **change}).status_code == 404
    standin.delete(made["id"])
    assert setu.get("/signature/page.png", params=good).status_code == 404


def test_the_pages_own_form_wants_consent(setu: Client) -> None:
    made = setu.made()
    open_page(setu, made)
    refused = setu.submit(made, "sign", form="page")
    assert refused.status_code == 400
    assert "agree to sign" in refused.text
    assert setu.submit(made, "sign", form="page", consent="yes").status_code == 303


def test_the_third_wrong_password_ends_the_attempt(setu: Client) -> None:
    made = setu.made()
    open_page(setu, made)
    left = [setu.submit(made, "sign", otp="000000") for _ in range(3)]
    assert [answer.status_code for answer in left] == [400, 400, 303]
    assert "2 tries are left" in left[0].text
    assert " autofocus>" in left[0].text  # brings the form into sight, far below the pages
    assert "one try is left" in left[1].text
    assert "errCode=exceeded_otp_attempt" in left[2].headers["location"]
    text, _ = open_page(setu, made)
    assert "Your last attempt ended" in text
    assert setu.submit(made, "sign").status_code == 303


def test_who_waits_is_told_until_when(setu: Client, standin: StandIn) -> None:
    made = setu.made(*TWO)
    standin.open(made["id"], "a")
    text = setu.get(made["signers"][1]["url"]).text
    assert "free again at 12:15 (India)" in text
    assert f"requestId={made['id']}&amp;signerId={made['signers'][1]['id']}" in text


def test_names_are_shown_as_text_in_any_script(setu: Client) -> None:
    text, _ = open_page(setu, setu.made(signer(displayName="आशा राव & Söhne")))
    assert "आशा राव &amp; Söhne" in text


@pytest.mark.parametrize("path", ["/signature/", "/signature/other", "/signature/standin.css/x"])
def test_another_path_says_that_nothing_is_there(setu: Client, path: str) -> None:
    assert setu.get(path).status_code == 404
