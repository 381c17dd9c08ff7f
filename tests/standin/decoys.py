"""A document nobody asked for, validly signed: what a mixed-up store would answer."""

from tests.standin import pades
from tests.standin.core import Core


def other_document(core: Core, signatures: int) -> bytes:
    """A one-page PDF about nothing, with that many of the stand-in's good signatures."""
    content = blank("Another document")
    for number in range(signatures):
        mark = pades.Stamp(f"Other-{number}", "Somebody Else", 1, "bottom-left", 60, 180)
        content, _ = pades.sign(content, [mark], authority=core.authority, now=core.clock.now())
    return content


def blank(title: str) -> bytes:
    """A one-page PDF with one line of text, written out by hand."""
    text = f"BT /F1 18 Tf 72 760 Td ({title}) Tj ET".encode("ascii")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return out
