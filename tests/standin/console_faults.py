"""The markup of the control's pages: a switch for every fault, the clock, and where Setu leaves a choice."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tests.standin import switches
from tests.standin.catalogue import KNOWN, Kind
from tests.standin.console_parts import NOTHING, button, form
from tests.standin.faults import Fault
from tests.standin.notices import FORGERIES

STEPS = (("60", "1 minute"), ("900", "15 minutes"), ("3600", "1 hour"), ("86400", "1 day"))
BACK = {"back": "settings"}


def faults(pending: Sequence[Fault], request_id: str, token: str) -> Markup:
    """request_id: for which request the forms are filled in."""
    groups = dict.fromkeys(kind.group for kind in KNOWN.values())
    cards = Markup("").join(
        Markup('<section><h2>{}</h2><div class="faults">{}</div></section>').format(
            group,
            Markup("").join(
                _fault(name, kind, request_id, token) for name, kind in KNOWN.items() if kind.group == group
            ),
        )
        for group in groups
    )
    return Markup("<h1>Faults</h1><section><h2>Queued</h2>{}</section>{}{}").format(
        _queued(pending, token), _forge(request_id, token), cards
    )


def settings(now: Mapping[str, Any], offset: float, token: str) -> Markup:
    steps = Markup(" ").join(
        button("clock", words, token, {**BACK, "advance": seconds}) for seconds, words in STEPS
    )
    own = form(
        "clock",
        token,
        BACK,
        Markup(
            '<div><label for="advance">or by seconds</label><input id="advance" name="advance" inputmode="decimal" '
            "required></div><button>Advance</button>"
        ),
        kind="row",
    )
    choices = Markup("").join(_choice(name, value) for name, value in now.items())
    return Markup(
        '<h1>Clock and choices</h1><section class="card"><h2>Clock</h2><p>The clock is {offset:.0f} seconds ahead of '
        "this machine's. Sessions, links and the repeats of notifications follow it.</p>"
        '<div class="row"><span>Advance by</span>{steps}</div>{own}</section>'
        '<section class="card"><h2>Where Setu leaves a choice</h2>{form}</section>'
        '<section class="card"><h2>From the beginning</h2><p>Forget all documents, requests, notifications and faults; '
        "set clock and choices back. The keys stay.</p>{reset}</section>"
    ).format(
        offset=offset,
        steps=steps,
        own=own,
        form=form(
            "switches",
            token,
            BACK,
            Markup("{}<button class='go'>Keep these choices</button>").format(choices),
        ),
        reset=button("reset", "Forget everything", token, BACK, kind="no"),
    )


def _queued(pending: Sequence[Fault], token: str) -> Markup:
    if not pending:
        return NOTHING.format("None: everything works as Setu documents it.")
    rows = Markup("").join(
        Markup(
            '<tr><td><code>{}</code></td><td data-label="Strikes">{}</td><td data-label="Times left">{}</td>'
            '<td data-label="Request">{}</td><td data-label="With">{}</td><td>{}</td></tr>'
        ).format(
            fault.name,
            fault.endpoint,
            "until removed" if fault.times is None else fault.times,
            fault.request_id or "any request",
            ", ".join(f"{key}={value}" for key, value in fault.args.items()) or "nothing",
            button("faults/remove", "remove", token, {"id": str(fault.id), "back": "faults"}),
        )
        for fault in pending
    )
    return Markup(
        '<div class="scroll"><table class="stack"><thead><tr><th>Fault</th><th>Strikes</th><th>Times left</th>'
        '<th>Request</th><th>With</th><th></th></tr></thead><tbody>{}</tbody></table></div><div class="row">{}</div>'
    ).format(rows, button("faults/clear", "Remove all", token, {"back": "faults"}))


def _fault(name: str, kind: Kind, request_id: str, token: str) -> Markup:
    fields = [_select(name, "endpoint", "Strikes", kind.endpoints)] if len(kind.endpoints) > 1 else []
    fields += [_argument(name, key, usual, kind) for key, usual in kind.args.items()]
    fields.append(_input(name, "times", "Times", "1"))
    fields.append(_input(name, "requestId", "Request (empty: any)", request_id))
    fields.append(_tick(name, "always", "until removed"))
    inside = Markup("{}<button class='go'>Queue</button>").format(Markup("").join(fields))
    hidden = {"fault": name, "back": "faults"}
    return Markup('<div class="fault"><h3>{}</h3><p>{}</p>{}</div>').format(
        name, kind.does, form("faults", token, hidden, inside, kind="row")
    )


def _argument(name: str, key: str, usual: Any, kind: Kind) -> Markup:
    if key in kind.choices:
        return _select(name, key, key, kind.choices[key])
    words = key.replace("_", " ")
    if isinstance(usual, bool):
        return _tick(name, key, words)
    return _input(name, key, words, "" if usual is None else str(usual))


def _forge(request_id: str, token: str) -> Markup:
    options = Markup("").join(
        Markup('<option value="{}">{}: {}</option>').format(kind, kind, words)
        for kind, (words, _) in FORGERIES.items()
    )
    inside = Markup(
        '<div><label for="forge-request">About the request</label><input id="forge-request" '
        'name="requestId" value="{}" required></div><div class="wide">'
        '<label for="forge-kind">Kind</label><select id="forge-kind" name="kind">{}</select></div>'
        "<button class='go'>Send it now</button>"
    ).format(request_id, options)
    return Markup('<section><h2>A forged notification, now</h2><div class="card">{}</div></section>').format(
        form("forge", token, {"back": "faults"}, inside, kind="row")
    )


def _choice(name: str, value: Any) -> Markup:
    does = Markup('<span class="small">{}</span>').format(switches.DOES[name])
    if isinstance(value, bool):
        tick = Markup('<input type="checkbox" id="s-{0}" name="{0}" value="yes"{1}>').format(
            name, Markup(" checked") if value else ""
        )
        return Markup(
            '<div class="check">{}<label for="s-{}"><strong>{}</strong><br>{}</label></div>'
        ).format(tick, name, name.replace("_", " "), does)
    words = Markup('<label for="s-{}">{}</label>{}').format(name, name.replace("_", " "), does)
    if name in switches.CHOICES:
        return words + _options(f"s-{name}", name, switches.CHOICES[name], str(value))
    return words + Markup('<input id="s-{0}" name="{0}" value="{1}" inputmode="decimal">').format(name, value)


def _options(id_: str, name: str, choices: Sequence[str], chosen: str = "") -> Markup:
    options = Markup("").join(
        Markup("<option{}>{}</option>").format(Markup(" selected") if each == chosen else "", each)
        for each in choices
    )
    return Markup('<select id="{}" name="{}">{}</select>').format(id_, name, options)


def _select(fault: str, key: str, words: str, choices: Sequence[str]) -> Markup:
    id_ = f"{fault}-{key}"
    return Markup('<div><label for="{}">{}</label>{}</div>').format(id_, words, _options(id_, key, choices))


def _input(fault: str, key: str, words: str, value: str) -> Markup:
    return Markup(
        '<div><label for="{0}-{1}">{2}</label><input id="{0}-{1}" name="{1}" value="{3}"></div>'
    ).format(fault, key, words, value)


def _tick(fault: str, key: str, words: str) -> Markup:
    return Markup(
        '<div class="tick"><input type="checkbox" id="{0}-{1}" name="{1}" value="yes">'
        '<label for="{0}-{1}">{2}</label></div>'
    ).format(fault, key, words)
