import runpy
from pathlib import Path

import pypdf
import pytest

from signing.pdf.inspect import pdf_inspect

FOLDER = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def contract() -> bytes:
    return (FOLDER / "contract.pdf").read_bytes()


def test_the_sample_may_be_signed(contract):
    facts = pdf_inspect(contract, max_bytes=20_000_000, max_pages=500)
    assert facts.pages == 4


def test_the_foot_of_each_page_is_free_for_marks(contract):
    from io import BytesIO

    low: list[str] = []

    def visit(text, user_matrix, text_matrix, font, size):
        height = text_matrix[5] * user_matrix[3] + user_matrix[5]
        if text.strip() and height < 110:
            low.append(text)

    for page in pypdf.PdfReader(BytesIO(contract), strict=True).pages:
        assert page.extract_text(visitor_text=visit)
    assert low == []


def test_the_sample_is_what_its_program_makes(contract, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(FOLDER))
    made = tmp_path / "contract.pdf"
    runpy.run_path(str(FOLDER / "make_contract.py"))["make"](made)
    assert made.read_bytes() == contract
