"""Checks a PDF's signatures with pyHanko against the stand-in's authority, and finds their marks."""

import io
from datetime import datetime
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from tests.standin import StandIn


def signatures(
    content: bytes, standin: StandIn, moment: datetime, password: str = ""
) -> list[PdfSignatureStatus]:
    """The status of each signature, oldest first, as a verifier at that moment sees it."""
    root = x509.Certificate.load(pem.unarmor(standin.root_certificate)[2])
    reader = PdfFileReader(io.BytesIO(content))
    if reader.encrypted:
        reader.decrypt(password)
    return [
        validate_pdf_signature(each, ValidationContext(trust_roots=[root], moment=moment))
        for each in reader.embedded_signatures
    ]


def sound(content: bytes, standin: StandIn, moment: datetime, password: str = "") -> list[bool]:
    """For each signature, whether a verifier at that moment finds nothing wrong with it."""
    return [bool(status.bottom_line) for status in signatures(content, standin, moment, password)]


def fields(content: bytes) -> list[Any]:
    """The signature fields."""
    return [each.sig_field for each in PdfFileReader(io.BytesIO(content)).embedded_signatures]


def marks(content: bytes) -> list[tuple[int, list[float], bytes]]:
    """Every visible widget: page (1-based), rectangle, and the drawing."""
    found = []
    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        for annotation in page.annotations or []:
            widget: Any = annotation.get_object()
            rectangle = [float(edge) for edge in widget["/Rect"]]
            found.append((number, rectangle, widget["/AP"]["/N"].get_object().get_data()))
    return found
