"""Makes samples/contract.pdf, the document that demos and tests sign: `python samples/make_contract.py`.

The companies and people in it are made up. The lowest 110 points of each page stay free: that is where the
marks of the signers go. The same bytes come out every time, so a change of the file shows in a diff.
"""

from collections.abc import Iterator
from pathlib import Path

from contract_text import CLAUSES, CONTACTS, FEES, PARTIES, RECITALS, SERVICE_LEVELS, SIGNATORIES, TITLE
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.flowables import TopPadder

TARGET = Path(__file__).with_name("contract.pdf")
FREE_BELOW = 110  # points
INK, ACCENT, GREY = HexColor("#1d2433"), HexColor("#1f4b7a"), HexColor("#6b7280")
RULE, SHADE = HexColor("#c9d1dc"), HexColor("#f3f6fa")

BODY = ParagraphStyle(
    "body",
    fontName="Times-Roman",
    fontSize=11,
    leading=15.2,
    textColor=INK,
    alignment=TA_JUSTIFY,
    spaceAfter=6,
)
CLAUSE = ParagraphStyle("clause", BODY, leftIndent=30, bulletIndent=0, bulletFontName="Times-Roman")
CENTRED = ParagraphStyle("centred", BODY, alignment=TA_CENTER, textColor=GREY)
HEADING = ParagraphStyle(
    "heading",
    fontName="Helvetica-Bold",
    fontSize=11.5,
    leading=15,
    textColor=ACCENT,
    spaceBefore=9,
    spaceAfter=5,
)
DOCUMENT_TITLE = ParagraphStyle(
    "title", fontName="Helvetica-Bold", fontSize=22, leading=28, textColor=ACCENT, alignment=TA_CENTER
)
CELL = ParagraphStyle("cell", BODY, fontSize=10, leading=13, alignment=0, spaceAfter=0)
CELL_HEAD = ParagraphStyle("cell head", CELL, fontName="Helvetica-Bold", fontSize=9, textColor=ACCENT)


def frame_page(canvas: Canvas, document: BaseDocTemplate) -> None:
    """The line of text and the rule at the top of each page; nothing at the bottom."""
    width, height = A4
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(GREY)
    canvas.drawString(25 * mm, height - 15 * mm, f"{TITLE}  \u00b7  Ref. NM/SV/2026-014")
    canvas.drawRightString(width - 25 * mm, height - 15 * mm, f"Page {document.page} of 4")
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.6)
    canvas.line(25 * mm, height - 17.5 * mm, width - 25 * mm, height - 17.5 * mm)
    canvas.restoreState()


def table(rows: list[list[str]], widths: list[float]) -> Table:
    cells = [[Paragraph(text, CELL_HEAD if at == 0 else CELL) for text in row] for at, row in enumerate(rows)]
    made = Table(cells, colWidths=widths, repeatRows=1, spaceBefore=2, spaceAfter=8)
    made.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), SHADE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, ACCENT),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 4.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5.5),
            ]
        )
    )
    return made


def signature_block() -> Table:
    """Two columns, one a party; each signs in the free corner below its own."""
    intro = [
        Paragraph("Signatures", HEADING),
        Paragraph(
            "Signed electronically by the authorised signatories of the parties. Each signature appears at "
            "the foot of the page, below the name of the party for which it is made.",
            BODY,
        ),
    ]
    parties = [
        [Paragraph(line, CELL_HEAD if at == 0 else CELL) for at, line in enumerate(lines)]
        for lines in SIGNATORIES
    ]
    made = Table([[intro, ""], parties], colWidths=[80 * mm, 80 * mm])
    made.setStyle(
        TableStyle(
            [
                ("SPAN", (0, 0), (-1, 0)),
                ("LEFTPADDING", (0, 0), (-1, 0), 0),
                ("RIGHTPADDING", (0, 0), (-1, 0), 0),
                ("LINEABOVE", (0, 1), (-1, 1), 0.8, ACCENT),
                ("BACKGROUND", (0, 1), (-1, 1), SHADE),
                ("LINEAFTER", (0, 1), (0, 1), 0.5, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BOTTOMPADDING", (0, 0), (-1, 0), 6),
                ("TOPPADDING", (0, 1), (-1, 1), 7),
                ("BOTTOMPADDING", (0, 1), (-1, 1), 8),
            ]
        )
    )
    return made


def clauses() -> Iterator[Flowable]:
    for number, (heading, points) in enumerate(CLAUSES, start=1):
        made = [Paragraph(f"{number}.&nbsp;&nbsp;{heading}", HEADING)]
        made += [
            Paragraph(text, CLAUSE, bulletText=f"{number}.{at}") for at, text in enumerate(points, start=1)
        ]
        # A heading never stands alone at the foot of a page.
        yield KeepTogether(made[:2])
        yield from made[2:]


def story() -> Iterator[Flowable]:
    yield Spacer(1, 4 * mm)
    yield Paragraph(TITLE, DOCUMENT_TITLE)
    yield Spacer(1, 2 * mm)
    yield Paragraph("made at Pune on the 12th day of January 2026", CENTRED)
    yield Spacer(1, 3 * mm)
    yield Paragraph("Between", HEADING)
    for text in PARTIES:
        yield Paragraph(text, BODY)
    yield Paragraph("Whereas", HEADING)
    for letter, text in zip("ABC", RECITALS, strict=True):
        yield Paragraph(text, CLAUSE, bulletText=f"({letter})")
    yield Paragraph("Now the parties agree as follows.", BODY)
    yield from clauses()
    yield PageBreak()
    yield Paragraph("Schedule, part 1: services and fees", HEADING)
    yield table(FEES, [44 * mm, 78 * mm, 38 * mm])
    yield Paragraph(
        "One-time fees fall due in two halves: on the start of the work and on acceptance of the "
        "deliverable. The monthly fee begins with the month after the first acceptance.",
        BODY,
    )
    yield Paragraph("Schedule, part 2: service levels", HEADING)
    yield table(SERVICE_LEVELS, [24 * mm, 84 * mm, 52 * mm])
    yield Paragraph("Schedule, part 3: contacts", HEADING)
    yield table(CONTACTS, [24 * mm, 84 * mm, 52 * mm])
    # At the foot of the page, so that each mark comes to stand below the name of its party.
    yield TopPadder(signature_block())


def make(target: Path) -> None:
    width, height = A4
    document = BaseDocTemplate(
        str(target),
        pagesize=A4,
        invariant=1,
        title=TITLE,
        author="Neelmohar Software Private Limited",
        subject="A made-up contract for demonstrations",
        lang="en-IN",
    )
    frame = Frame(25 * mm, FREE_BELOW, width - 50 * mm, height - FREE_BELOW - 21 * mm, 0, 0, 0, 0, id="text")
    document.addPageTemplates([PageTemplate("page", [frame], onPage=frame_page)])
    document.build(list(story()))


if __name__ == "__main__":
    make(TARGET)
