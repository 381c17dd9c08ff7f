"""Marks on a signer's further pages.

A signature field has one place only, and drawing on a page after somebody signed would look like
tampering. So, before the first signature, each further mark gets an empty read-only text field; the
signer's own revision then fills it in, which verifiers accept as filling in a form.
"""

import io
from typing import Any

from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import ArrayObject, FloatObject, NameObject, NumberObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints

from tests.standin.mark import MarkStyle, box_on, dictionary, turns_on
from tests.standin.pades import Stamp

READ_ONLY = 1  # field flag
PRINTED_AND_LOCKED = 4 | 128  # annotation flags


def reserve(content: bytes, stamps: list[Stamp], password: str | None) -> bytes:
    """The file with an empty field for each stamp, as one unsigned revision."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    if writer.prev.encrypted:
        writer.encrypt(password or "")
    fields = _fields(writer)
    for stamp in stamps:
        box = box_on(writer, stamp)
        page = writer.find_page_for_modification(stamp.page - 1)[0]
        nothing = RawContent(b"", box=BoxConstraints(box[2] - box[0], box[3] - box[1]))
        field = dictionary(
            {
                "/Type": NameObject("/Annot"),
                "/Subtype": NameObject("/Widget"),
                "/FT": NameObject("/Tx"),
                "/T": pdf_string(stamp.field_name),
                "/Ff": _number(READ_ONLY),
                "/F": _number(PRINTED_AND_LOCKED),
                "/Rect": ArrayObject(_number(round(edge, 2)) for edge in box),
                "/P": page,
                "/AP": dictionary({"/N": writer.add_object(nothing.as_form_xobject())}),
            }
        )
        reference = writer.add_object(field)
        writer.register_annotation(page, reference)
        fields.append(reference)
    writer.update_container(fields)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def fill(writer: Any, stamps: list[Stamp], when: str) -> None:
    """Draw the marks into the fields reserved for them."""
    wanted = {stamp.field_name: stamp for stamp in stamps}
    fields = _fields(writer)
    for number in range(len(fields)):
        field = fields[number]
        stamp = wanted.get(field["/T"]) if "/T" in field else None
        if stamp:
            left, bottom, right, top = (float(edge) for edge in field["/Rect"])
            box = BoxConstraints(right - left, top - bottom)
            style = MarkStyle(name=stamp.name, when=when, turns=turns_on(writer, stamp.page))
            mark = style.create_stamp(writer, box, {})
            field["/AP"] = dictionary({"/N": mark.register()})
            writer.update_container(field)


def _fields(writer: Any) -> Any:
    """The form's list of fields; an empty form is made if there is none."""
    root = writer.root
    if "/AcroForm" not in root:
        root["/AcroForm"] = writer.add_object(dictionary({"/Fields": ArrayObject()}))
        writer.update_root()
    form = root["/AcroForm"]
    if "/Fields" not in form:
        form["/Fields"] = ArrayObject()
        writer.update_container(form)
    return form["/Fields"]


def _number(value: float) -> Any:
    make: Any = NumberObject if isinstance(value, int) else FloatObject  # both untyped in pyHanko
    return make(value)
