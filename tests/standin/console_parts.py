"""What the control's pages are made of: tables, states, buttons, and the way through long lists."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from markupsafe import Markup

from tests.standin.control import PREFIX

STATES = {
    "sign_complete": "good",
    "signed": "good",
    "delivered": "good",
    "sign_in_progress": "busy",
    "in_progress": "busy",
    "sending": "busy",
    "held": "busy",
    "given_up": "bad",
    "lost": "bad",
}
NOTHING = Markup('<p class="card">{}</p>')


def table(heads: Sequence[str], rows: Markup) -> Markup:
    cells = Markup("").join(Markup("<th>{}</th>").format(head) for head in heads)
    return Markup('<table class="stack"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        cells, rows
    )


def pager(path: str, query: Mapping[str, str], start: int, count: int, total: int) -> Markup:
    """Which of how many are shown, and the way to the others."""
    rest = {key: value for key, value in query.items() if key not in ("start", "note")}
    links = [
        Markup('<a href="{}{}?{}">{}</a>').format(PREFIX, path, urlencode({**rest, "start": at}), words)
        for at, words, there in (
            (max(start - count, 0), "Newer", start > 0),
            (start + count, "Older", start + count < total),
        )
        if there
    ]
    if not total:
        return Markup("")
    return Markup('<p class="row small"><span>{} to {} of {}, newest first</span> {}</p>').format(
        start + 1, min(start + count, total), total, Markup(" ").join(links)
    )


def state(word: str) -> Markup:
    return Markup('<span class="state {}">{}</span>').format(STATES.get(word, ""), word)


def form(path: str, token: str, hidden: Mapping[str, str], inside: Markup, kind: str = "") -> Markup:
    fields = Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
        for name, value in {**hidden, "token": token}.items()
    )
    return Markup('<form method="post" action="{}page/do/{}" class="{}">{}{}</form>').format(
        PREFIX, path, kind, fields, inside
    )


def button(path: str, words: str, token: str, hidden: Mapping[str, str], *, kind: str = "") -> Markup:
    return form(path, token, hidden, Markup('<button class="{}">{}</button>').format(kind, words))
