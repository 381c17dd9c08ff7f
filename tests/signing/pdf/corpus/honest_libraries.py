"""What honest programs write, made here with the libraries at hand."""

import io

import pikepdf
from pikepdf import Dictionary, Name, ObjectStreamMode, OutlineItem
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.signing.pdf.file_builders import blank, saved
from tests.signing.pdf.signing_helper import pdf

from .case import Case, taken


def form() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(72, 700, "Name")
    canvas.acroForm.textfield(name="name", x=72, y=650, width=200, height=20, value="Asha Rao")
    canvas.acroForm.checkbox(name="agree", x=72, y=600)
    canvas.acroForm.choice(name="city", x=72, y=550, value="Pune", options=["Pune", "Kochi"])
    canvas.save()
    return out.getvalue()


def linked() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(3):
        canvas.bookmarkPage(f"p{number}")
        canvas.addOutlineEntry(f"Clause {number}", f"p{number}")
        canvas.linkURL("https://example.com/terms", (72, 700, 200, 720))
        canvas.linkRect("", "p0", (72, 650, 200, 670))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def pictures(pages: int = 2, edge: int = 1_500) -> bytes:
    """As scanners make them: a photograph of the page on each page."""
    out, picture = io.BytesIO(), io.BytesIO()
    Image.effect_noise((edge, edge), 60).save(picture, "JPEG", quality=60)
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    for _ in range(pages):
        picture.seek(0)
        canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def tagged(clauses: int = 200) -> bytes:
    document = blank(3)
    root = document.make_indirect(Dictionary(Type=Name.StructTreeRoot, RoleMap=Dictionary(Textbody=Name.P)))
    kids = [
        document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Textbody, P=root, K=number))
        for number in range(clauses)
    ]
    root.K = pikepdf.Array(kids)
    document.Root.StructTreeRoot = root
    document.Root.MarkInfo = Dictionary(Marked=True)
    document.Root.Lang = pikepdf.String("en-IN")
    return saved(document)


def archival() -> bytes:
    """With XMP and an output intent, as PDF/A has them."""
    document = pikepdf.open(io.BytesIO(pdf(2)))
    with document.open_metadata() as meta:
        meta["dc:title"] = "Agreement"
        meta["pdfaid:part"], meta["pdfaid:conformance"] = "2", "B"
    intent = Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=pikepdf.String("sRGB")
    )
    document.Root.OutputIntents = pikepdf.Array([intent])
    return saved(document)


def layered() -> bytes:
    document = blank(1)
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("Draft")))
    document.Root.OCProperties = Dictionary(
        OCGs=pikepdf.Array([layer]), D=Dictionary(Order=pikepdf.Array([layer]))
    )
    return saved(document)


def numbered() -> bytes:
    document = blank(4)
    document.Root.PageLabels = Dictionary(
        Nums=pikepdf.Array([0, Dictionary(S=Name.r), 2, Dictionary(S=Name.D)])
    )
    with document.open_outline() as outline:
        outline.root.append(OutlineItem("Clause 1", 1))
    return saved(document)


def updated(times: int = 2) -> bytes:
    """Saved again and again by appending, as many editors do."""
    content = pdf(2)
    for number in range(times):
        writer = PdfWriter(io.BytesIO(content), incremental=True)
        writer.add_metadata({"/Title": f"Draft {number}"})
        out = io.BytesIO()
        writer.write(out)
        content = out.getvalue()
    return content


def updated_by_pyhanko() -> bytes:
    content = pdf(2)
    for number in range(3):
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        writer.root["/Lang"] = generic.pdf_string(f"en-{number}")
        writer.update_root()
        out = io.BytesIO()
        writer.write(out)
        content = out.getvalue()
    return content


def merged() -> bytes:
    writer = PdfWriter()
    for part in (pdf(1, "Offer"), pdf(2, "Annexure")):
        writer.append(PdfReader(io.BytesIO(part)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rotated() -> bytes:
    document = blank(2)
    document.pages[1].rotate(90, relative=False)
    return saved(document)


LIBRARIES: list[Case] = [
    taken("form with fields", form),
    taken("links and bookmarks", linked, 3),
    taken("scanned pages", pictures, 2),
    taken("large pictures", lambda: pictures(4, 2_600), 4),
    taken("tagged", tagged, 3),
    taken("archival", archival, 2),
    taken("layers", layered),
    taken("page labels and outline", numbered, 4),
    taken("updated by pypdf", lambda: updated(1), 2),
    taken("updated three times by pyHanko", updated_by_pyhanko, 2),
    # Both tables are written as object 10: which one programs take is theirs to choose.
    Case("updated twice by pypdf", lambda: updated(2), "document_broken"),
    taken("merged of two", merged, 3),
    taken("a page turned", rotated, 2),
    taken("linearized", lambda: saved(blank(3), linearize=True), 3),
    taken(
        "compressed objects",
        lambda: saved(blank(3), object_stream_mode=ObjectStreamMode.generate),
        3,
    ),
    taken(
        "linearized with compressed objects",
        lambda: saved(
            pikepdf.open(io.BytesIO(linked())), linearize=True, object_stream_mode=ObjectStreamMode.generate
        ),
        3,
    ),
    taken("of version 2.0", lambda: saved(blank(1), force_version="2.0")),
]
