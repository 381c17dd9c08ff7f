"""The markup of the control's pages: requests and deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from markupsafe import Markup

from tests.standin.clock import IST
from tests.standin.console_parts import NOTHING, button, form, state, table
from tests.standin.control import PREFIX
from tests.standin.deliveries import Delivery
from tests.standin.errcodes import GROUPS
from tests.standin.pages import framed

TABS = {
    "": "Requests",
    "page/deliveries": "Notifications",
    "page/faults": "Faults",
    "page/settings": "Clock and choices",
}
REQUEST_STATES = ("sign_initiated", "sign_in_progress", "sign_pending", "sign_complete")
DELIVERY_STATES = ("recorded", "held", "lost", "sending", "delivered", "given_up")


def page(name: str, body: Markup, *, note: tuple[bool, str] | None, now: datetime, public: str) -> str:
    tabs = Markup("").join(
        Markup('<a href="{}{}"{}>{}</a>').format(
            PREFIX, path, Markup(' aria-current="page"') if path == name else "", words
        )
        for path, words in TABS.items()
    )
    said = (
        Markup('<p class="{}" role="status">{}</p>').format("said bad" if note[0] else "said", note[1])
        if note
        else ""
    )
    whole = Markup(
        '<header class="bar"><span class="brand"><img src="{prefix}icon.svg" alt="" width="28" height="28">'
        'Control <small>of the stand-in at {public}</small></span><nav class="tabs" aria-label="Control">{tabs}</nav>'
        '<span class="small">{now} (India)</span></header><main class="control">{said}{body}</main>'
    ).format(
        prefix=PREFIX,
        public=public,
        tabs=tabs,
        now=f"{now.astimezone(IST):%d %b %Y, %H:%M:%S}",
        said=said,
        body=body,
    )
    return framed(f"{TABS[name]}, control", whole, base=PREFIX, kind="control-page")


def requests(
    rows: Sequence[tuple[dict[str, Any], str, str]],
    query: Mapping[str, str],
    token: str,
    pages: Markup,
    calls: Mapping[str, int],
) -> Markup:
    counted = Markup("").join(
        Markup("<span><b>{}</b> {}</span>").format(count, name) for name, count in calls.items()
    )
    shown = Markup("").join(_request(facts, name, asked, token) for facts, name, asked in rows)
    return Markup(
        '<h1>Signature requests</h1><p class="numbers" aria-label="Calls received">{}</p>{}<section>{}{}</section>'
    ).format(
        counted or "No call has come yet.",
        _filter("", query, "status", REQUEST_STATES, "q", "Document, signer or id"),
        shown or NOTHING.format("There is no such request."),
        pages,
    )


def _request(facts: dict[str, Any], name: str, asked: str, token: str) -> Markup:
    hidden = {"requestId": facts["id"]}
    rows = Markup("").join(_signer(facts, signer, token) for signer in facts["signers"])
    return Markup(
        '<article class="request"><header><h2>{name}</h2>{state}<span class="small">asked by {asked}</span></header>'
        '<p class="small"><code>{id}</code></p>'
        '<div class="scroll">{table}</div>'
        '<div class="row">{links}{delete}</div></article>'
    ).format(
        name=name,
        state=state(facts["status"]),
        asked=asked,
        id=facts["id"],
        table=table(("Signer", "State", "Link", "Let the signer"), rows),
        links=Markup(
            '<a class="button" href="{0}page/deliveries?requestId={1}">Notifications</a> '
            '<a class="button" href="{0}page/faults?requestId={1}">Faults for it</a>'
        ).format(PREFIX, facts["id"]),
        delete=button("delete", "Delete behind the client's back", token, hidden, kind="no"),
    )


def _signer(facts: dict[str, Any], signer: dict[str, Any], token: str) -> Markup:
    hidden = {"requestId": facts["id"], "signerId": signer["id"]}
    buttons: list[Markup] = []
    if signer["status"] != "signed":
        buttons = [
            button("sign", "sign", token, hidden, kind="go"),
            button("decline", "decline", token, hidden),
        ]
        buttons.append(
            form(
                "fail", token, hidden, Markup("{}<button>fail</button>").format(codes(f"code-{signer['id']}"))
            )
        )
        if signer["status"] == "pending":
            buttons.append(button("open", "open and leave", token, hidden))
    return Markup(
        '<tr><td>{name}<br><span class="small">{identifier}{optional}</span></td><td>{state}{code}</td>'
        '<td><a href="{url}" target="_blank" rel="noopener">signing page</a></td><td>{buttons}</td></tr>'
    ).format(
        name=signer["displayName"],
        identifier=signer["identifier"],
        optional=" · optional" if signer.get("optional") else "",
        state=state(signer["status"]),
        code=Markup("<br><code>{}</code>").format(signer["errCode"]) if signer["errCode"] else "",
        url=signer["url"],
        buttons=Markup(" ").join(buttons) or "nothing more",
    )


def codes(id_: str) -> Markup:
    options = Markup("").join(
        Markup('<optgroup label="{}">{}</optgroup>').format(
            group, Markup("").join(Markup("<option>{}</option>").format(code) for code in known)
        )
        for group, known in GROUPS.items()
    )
    return Markup('<select name="errCode" id="{}" aria-label="with this code">{}</select>').format(
        id_, options
    )


def deliveries(
    found: Sequence[Delivery], query: Mapping[str, str], token: str, pages: Markup, now: float
) -> Markup:
    rows = Markup("").join(_delivery(each, token, now) for each in found)
    listed = table(("No.", "State", "Attempts and answers", "Next try", "Request", "Body", ""), rows)
    return Markup('<h1>Notifications</h1>{}<div class="row">{}</div><section>{}{}</section>').format(
        _filter("page/deliveries", query, "state", DELIVERY_STATES, "requestId", "Request's id"),
        button("release", "Release all that are held", token, {"back": "deliveries"}),
        Markup('<div class="scroll">{}</div>').format(listed)
        if found
        else NOTHING.format("There is no such notification."),
        pages,
    )


def _delivery(each: Delivery, token: str, now: float) -> Markup:
    runs = [(answer, len(list(run))) for answer, run in groupby(each.attempts)]
    attempts = ", ".join(f"{answer} ({count} times)" if count > 1 else f"{answer}" for answer, count in runs)
    due = f"in {max(each.due - now, 0):.0f} s" if each.due is not None else "none"
    if each.state == "held" and each.due is None:
        due = "after the next one" if each.behind else "when released"
    hidden = {"index": str(each.index), "back": "deliveries"}
    act = button("release", "release", token, hidden) if each.state == "held" else ""
    return Markup(
        '<tr><td data-label="No.">{index}</td><td>{state}</td><td data-label="Answers">{attempts}</td>'
        '<td data-label="Next try">{due}</td><td><code>{request}</code></td>'
        "<td><details><summary>{size} bytes</summary><code>{body}</code></details></td><td>{act} {again}</td></tr>"
    ).format(
        index=each.index,
        state=state(each.state),
        attempts=attempts or "none yet",
        due=due,
        request=each.request_id,
        size=len(each.body),
        body=each.body[:4000].decode(errors="replace"),
        act=act,
        again=button("redeliver", "send again", token, hidden),
    )


def _filter(
    path: str, query: Mapping[str, str], choice: str, choices: Sequence[str], text: str, words: str
) -> Markup:
    options = Markup("").join(
        Markup("<option{}>{}</option>").format(Markup(" selected") if query.get(choice) == each else "", each)
        for each in choices
    )
    return Markup(
        '<form class="row" method="get" action="{prefix}{path}"><div><label for="f-{choice}">State</label>'
        '<select id="f-{choice}" name="{choice}"><option value="">all</option>{options}</select></div>'
        '<div><label for="f-{text}">{words}</label><input id="f-{text}" name="{text}" value="{given}"></div>'
        "<button>Show</button></form>"
    ).format(
        prefix=PREFIX,
        path=path,
        choice=choice,
        options=options,
        text=text,
        words=words,
        given=query.get(text, ""),
    )
