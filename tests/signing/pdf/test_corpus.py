"""Each file of the corpus gets its verdict, with a sentence that says what to do."""

import pytest

from signing.pdf.inspect import DETAILS, PdfRefused, pdf_inspect

from .corpus import CORPUS
from .corpus.case import Case
from .corpus.honest_producers import PAGES, SAMPLES


def verdict_of(content: bytes) -> tuple[str, int]:
    try:
        return "", pdf_inspect(content, max_bytes=20 * 2**20, max_pages=500).pages
    except PdfRefused as refused:
        return refused.code, 0


@pytest.mark.parametrize("case", CORPUS, ids=[case.name for case in CORPUS])
def test_each_file_gets_its_verdict(case: Case):
    expected = {(case.verdict, case.pages)} | ({("document_too_complex", 0)} if case.slow else set())
    assert verdict_of(case.build()) in expected


def test_the_corpus_is_large_and_knows_every_code_there_is():
    assert len({case.name for case in CORPUS}) == len(CORPUS) >= 40
    assert {case.verdict for case in CORPUS} == {"", *DETAILS} - {"document_too_large"}


def test_the_kept_samples_are_small_and_all_of_them_are_used():
    assert {path.stem for path in SAMPLES.glob("*.pdf")} == set(PAGES)
    assert all(path.stat().st_size <= 100_000 for path in SAMPLES.glob("*.pdf"))


@pytest.mark.parametrize("code", DETAILS)
def test_every_refusal_says_what_to_do(code):
    assert any(word in DETAILS[code].lower() for word in ("upload", "split"))
