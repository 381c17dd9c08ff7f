"""What a file may not contain: whatever acts, leads elsewhere, carries other files, or was signed before.

Each object of the file is searched, whether the document uses it or not, and content streams are not decoded.
qpdf writes each object out in one normal form, so that a name has one spelling; what holds a suspicious name is then
looked at by its structure.
"""

import re
from collections.abc import Iterator

import pikepdf

SCRIPTS = "document_has_scripts"
ELSEWHERE = "document_opens_files"
ATTACHMENTS = "document_has_attachments"
MEDIA = "document_has_media"
XFA = "document_has_xfa"
SIGNED = "document_signed"

# Values of /S in an action (ISO 32000-2, 12.6.4). GoTo, URI and Named are what honest documents use.
ACTIONS = {
    "/JavaScript": SCRIPTS,
    "/SubmitForm": SCRIPTS,
    "/ImportData": SCRIPTS,
    "/ResetForm": SCRIPTS,
    "/Hide": SCRIPTS,
    "/SetOCGState": SCRIPTS,
    "/Launch": ELSEWHERE,
    "/GoToR": ELSEWHERE,
    "/GoToE": ELSEWHERE,
    "/Thread": ELSEWHERE,
    "/Rendition": MEDIA,
    "/Movie": MEDIA,
    "/Sound": MEDIA,
    "/GoTo3DView": MEDIA,
    "/RichMediaExecute": MEDIA,
}
# Values of /Subtype and /Type.
KINDS = {
    "/FileAttachment": ATTACHMENTS,
    "/EmbeddedFile": ATTACHMENTS,
    "/RichMedia": MEDIA,
    "/Movie": MEDIA,
    "/Sound": MEDIA,
    "/Screen": MEDIA,
    "/3D": MEDIA,
}
# Keys that say enough by themselves.
KEYS = {
    "/JavaScript": SCRIPTS,
    "/EmbeddedFiles": ATTACHMENTS,
    "/Collection": ATTACHMENTS,
    "/XFA": XFA,
    "/NeedsRendering": XFA,
    "/RichMediaContent": MEDIA,
    "/Renditions": MEDIA,
}
# Keys that may also be somebody's name for a font: their values decide.
UNSURE = ("/JS", "/AA", "/EF", "/ByteRange", "/Sig", "/DocTimeStamp", "/URI", "/Ref")
# Keys of an /AA.
_triggers = "E X D U Fo Bl PO PC PV PI O C K F V WC WS DS WP DP"
TRIGGERS = frozenset(f"/{name}" for name in _triggers.split())
FILES = frozenset({"/F", "/UF", "/DOS", "/Mac", "/Unix"})  # keys of an /EF
# Addresses that open files or run something. What has no scheme is an address people forgot to begin.
BAD_ADDRESS = re.compile(
    rb"[^a-z\\]*(?:(?:javascript|vbscript|data|file|smb|jar|ms-[a-z-]+)[\x00-\x20]*:|\\\\)", re.IGNORECASE
)

_names = sorted({*ACTIONS, *KINDS, *KEYS, *UNSURE}, key=len, reverse=True)
SUSPICIOUS = re.compile(
    rb"(?:" + b"|".join(re.escape(name.encode()) for name in _names) + rb")(?![^\s/()<>\[\]{}%])"
)

Kind = pikepdf.ObjectType


def verdict(pdf: pikepdf.Pdf) -> str:
    """The code of the first forbidden thing, "" when there is none."""
    if code := _verdict_of(pdf.trailer):
        return code
    for found in pdf.objects:
        if isinstance(found, pikepdf.Object) and (code := _verdict_of(found)):
            return code
    return ""


def _verdict_of(found: pikepdf.Object) -> str:
    body: pikepdf.Object = found.stream_dict if found._type_code == Kind.stream else found
    if body is not found and "/F" in body:
        return ELSEWHERE  # its content lies in another file
    if not SUSPICIOUS.search(body.unparse(resolved=True)):
        return ""
    if body._type_code == Kind.name_:  # named as a value from elsewhere
        return ACTIONS.get(str(body)) or KINDS.get(str(body)) or ""
    return next((code for inner in _dictionaries(body) if (code := _judge(inner))), "")


def _dictionaries(top: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The dictionaries written within this object, itself included."""
    stack = [top]
    while stack:
        current = stack.pop()
        kind = current._type_code
        if kind == Kind.dictionary:
            yield current
            inner = [value for _, value in current.items()]
        elif kind == Kind.array:
            inner = list(current)
        else:
            continue
        stack += [value for value in inner if isinstance(value, pikepdf.Object) and not value.is_indirect]


def _judge(found: pikepdf.Object) -> str:
    keys = set(found.keys())
    for key, code in KEYS.items():
        if key in keys:
            return code
    if code := ACTIONS.get(_name(found, "/S"), ""):
        return code
    for key in ("/Subtype", "/Type"):
        if code := KINDS.get(_name(found, key), ""):
            return code
    if _is_signature(found, keys):
        return SIGNED
    if "/JS" in keys and _kind(found, "/JS") in (Kind.string, Kind.stream):
        return SCRIPTS
    if "/AA" in keys and _has_only(found, "/AA", TRIGGERS):
        return SCRIPTS
    if "/EF" in keys and _has_only(found, "/EF", FILES):
        return ATTACHMENTS
    if "/Ref" in keys and _name(found, "/Subtype") == "/Form":
        return ELSEWHERE  # a page of another file, shown as a part of this one
    if "/URI" in keys and _kind(found, "/URI") == Kind.string and BAD_ADDRESS.match(_text(found, "/URI")):
        return ELSEWHERE
    return ""


def _is_signature(found: pikepdf.Object, keys: set[str]) -> bool:
    if "/ByteRange" in keys and _kind(found, "/ByteRange") == Kind.array:
        return True
    return "/Contents" in keys and _name(found, "/Type") in ("/Sig", "/DocTimeStamp")


def _kind(found: pikepdf.Object, key: str) -> pikepdf.ObjectType | None:
    value = found.get(key)
    return value._type_code if isinstance(value, pikepdf.Object) else None


def _name(found: pikepdf.Object, key: str) -> str:
    return str(found[key]) if key in found and _kind(found, key) == Kind.name_ else ""


def _text(found: pikepdf.Object, key: str) -> bytes:
    return bytes(found[key]).replace(b"\0", b"")  # of UTF-16 what is ASCII


def _has_only(found: pikepdf.Object, key: str, known: frozenset[str]) -> bool:
    return _kind(found, key) == Kind.dictionary and set(found[key].keys()) <= known
