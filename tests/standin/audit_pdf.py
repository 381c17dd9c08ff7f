"""The audit report as a PDF: the same facts as the JSON, for people."""

import io
from typing import Any
from xml.sax.saxutils import escape

NOTE = "Made by a stand-in for Setu, for rehearsals only. It has no legal meaning."
RULES = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.25, "#c5ccd5"),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]
INITIATORS = {"apiClient": "the API client", "signer": "signer"}


def audit_pdf(report: dict[str, Any]) -> bytes:
    """report: the audit as JSON has it."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.lib.units import mm
    from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

    styles = getSampleStyleSheet()
    heading, text, small = (
        styles["Heading3"],
        styles["BodyText"],
        styles["BodyText"].clone("small", fontSize=8),
    )
    story: list[Any] = [
        Paragraph("Audit report", styles["Title"]),
        Paragraph(f"<b>{escape(NOTE)}</b>", text),
        Spacer(0, 4 * mm),
        Paragraph(f"Document: {_drawable(report['document']['name'])} ({report['document']['id']})", text),
        Paragraph(f"Request: {report['id']}", text),
        Spacer(0, 4 * mm),
    ]
    for event in report["events"]:
        who = event["initator"]
        kind = INITIATORS.get(who["type"], who["type"])
        lines = [
            Paragraph(f"{event['createdAt']} &nbsp; {event['activity']}", heading),
            Paragraph(f"By {_drawable(who['name'])} ({kind}), from {_drawable(who['IP'])}", text),
            Paragraph(_drawable(who["userAgent"]), small),
        ]
        facts = [
            (signer["displayName"], signer["identifier"]) for signer in event["metaData"].get("signers", ())
        ]
        facts += event["metaData"].get("signatureDetails", {}).items()
        if facts:
            cells = [
                [Paragraph(_drawable(key), small), Paragraph(_drawable(value), small)] for key, value in facts
            ]
            lines.append(Table(cells, colWidths=(45 * mm, 120 * mm), style=RULES, hAlign="LEFT"))
        story.append(KeepTogether(lines))

    def footer(canvas: Any, template: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(20 * mm, 12 * mm, f"{NOTE} Page {template.page}")

    out = io.BytesIO()
    made = SimpleDocTemplate(
        out,
        pagesize=A4,
        title="Audit report",
        author="Setu stand-in",
        leftMargin=20 * mm,
        rightMargin=20 * mm,
    )
    made.build(story, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _drawable(text: str) -> str:
    """Escaped for the paragraph's markup; letters that the standard fonts lack become question marks."""
    return escape(str(text).encode("cp1252", "replace").decode("cp1252"))
