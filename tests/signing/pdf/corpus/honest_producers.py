"""What common programs wrote, kept as they wrote it (tests/samples/pdf)."""

from pathlib import Path

from .case import Case, taken

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "pdf"
PAGES = {
    "chromium": 2,  # a web page with links and a table, by "Save as PDF": tagged
    "fpdf2": 2,  # fpdf2 2.8: links and an outline
    "matplotlib": 1,  # matplotlib 3.11: a chart
    "mupdf": 2,  # PyMuPDF 2.0: a table of contents
    "scanner": 2,  # img2pdf 0.6: a grey JPEG and a black-and-white page, linearized
    "writer": 2,  # LibreOffice Writer 7.4: headings, a table, a link, form fields; tagged, with an outline
    "writer-pdfa": 2,  # the same as PDF/A-2b
}
PRODUCERS: list[Case] = [
    taken(f"by {name}", (SAMPLES / f"{name}.pdf").read_bytes, pages) for name, pages in PAGES.items()
]
