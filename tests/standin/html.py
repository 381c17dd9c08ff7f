"""The signer page's markup. Every value is escaped here and nowhere else."""

from collections.abc import Iterable
from html import escape

from tests.standin.state import Request, Signer

STYLE = """
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1c2430;background:#f3f4f7}
main{max-width:30rem;margin:0 auto;padding:1rem}
.flag{background:#7a3e00;color:#fff;padding:.6rem 1rem;text-align:center;font-weight:600}
.card{background:#fff;border:1px solid #d9dde4;border-radius:.6rem;padding:1.1rem;margin-top:1rem}
h1{font-size:1.25rem;margin:0 0 .6rem;overflow-wrap:anywhere}
dl{margin:0;display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}
dt{color:#5b6472}dd{margin:0;overflow-wrap:anywhere}
label{display:block;margin:.9rem 0 .25rem}
input,select,button{width:100%;font:inherit;padding:.7rem;border-radius:.4rem;border:1px solid #98a1af}
button{margin-top:.6rem;cursor:pointer;background:#fff;font-weight:600}
.go{background:#0b5d3b;border-color:#0b5d3b;color:#fff}
.no{border-color:#a32020;color:#a32020}
.problem{color:#a32020;font-weight:600}
code{background:#eef0f4;padding:.1rem .4rem;border-radius:.3rem;letter-spacing:.1em}
small{color:#5b6472}
"""
FLAG = "Setu stand-in: a rehearsal, no legal meaning"


def sign_page(
    *,
    request: Request,
    signer: Signer,
    otp: str,
    minutes: int,
    err_codes: Iterable[str],
    problem: str = "",
) -> str:
    """The form with which a signer signs, declines or fails."""
    options = "".join(f"<option>{escape(code)}</option>" for code in err_codes)
    pages = ", ".join(str(page) for page in signer.pages)
    reason = f"<dt>Reason</dt><dd>{escape(request.reason)}</dd>" if request.reason else ""
    warning = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return _page(
        "Sign",
        f"""<div class="card"><h1>{escape(request.document_name)}</h1>
<dl><dt>Signer</dt><dd>{escape(signer.display_name)}</dd>{reason}
<dt>Mark</dt><dd>page {escape(pages)}, {escape(signer.position.replace("-", " "))}</dd>
<dt>Signed</dt><dd>{request.signed} of {len(request.signers)}</dd></dl></div>
<form class="card" method="post" action="/signature/preview">{warning}
<input type="hidden" name="requestId" value="{escape(request.id)}">
<input type="hidden" name="signerId" value="{escape(signer.id)}">
<small>This session lasts {minutes} minutes; until it ends nobody else can sign.
Do not enter an Aadhaar number anywhere: nothing here needs one.</small>
<label for="otp">One-time password (always <code>{escape(otp)}</code>)</label>
<input id="otp" name="otp" value="{escape(otp)}" inputmode="numeric" autocomplete="off">
<button class="go" name="action" value="sign">Sign</button>
<button class="no" name="action" value="decline">Decline</button>
<label for="errCode">Or end the attempt with a failure</label>
<select id="errCode" name="errCode">{options}</select>
<button name="action" value="fail">Fail</button></form>""",
    )


def notice_page(title: str, text: str) -> str:
    """A page that only says something."""
    return _page(title, f'<div class="card"><h1>{escape(title)}</h1><p>{escape(text)}</p></div>')


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · stand-in</title><style>{STYLE}</style></head>"
        f'<body><div class="flag">{FLAG}</div><main>{body}</main></body></html>'
    )
