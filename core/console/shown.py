"""How times, states and sentences look in the console."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.models import User

JOB_PAGES: dict[str, str] = {}  # kind of job → the view that shows its subject; the apps add theirs
NOTHING = "—"
UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def duration(seconds: float) -> str:
    """In the largest unit of which there are two: 90 s, 5 min, 30 h, 4 d."""
    for unit, length in UNITS:
        if seconds >= 2 * length or unit == "s":
            return f"{seconds / length:.0f} {unit}"
    return ""


def moment(at: datetime | None, *, empty: str = NOTHING) -> str | SafeString:
    """How long ago, or ahead; the time itself (UTC) beside it."""
    if at is None:
        return empty
    away = at - timezone.now()
    ago = duration(abs(away.total_seconds()))
    words = "now" if ago == "0 s" else f"in {ago}" if away > timedelta() else f"{ago} ago"
    stamp = f"{at:%Y-%m-%d %H:%M:%S}"
    return format_html(
        '<time datetime="{}" class="moment">{} <small>{}</small></time>', at.isoformat(), words, stamp
    )


def badge(text: str, level: str = "") -> SafeString:
    return format_html('<span class="badge {}">{}</span>', level, text)


def account_badge(user: User) -> SafeString:
    return badge("active", "ok") if user.is_active else badge("locked", "bad")


def size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 100_000 else f"{number / 1000:.1f} kB"


def page_of(obj: Any, text: str = "") -> str | SafeString:
    """A link to an object's page, as its text or as itself."""
    if obj is None:
        return NOTHING
    meta = obj._meta
    return link(f"admin:{meta.app_label}_{meta.model_name}_change", obj.pk, text=text or str(obj))


def link(view: str, pk: Any, *, text: str) -> str | SafeString:
    try:
        return format_html('<a href="{}">{}</a>', reverse(view, args=(pk,)), text)
    except NoReverseMatch:
        return text


def list_url(model: str, query: str = "") -> str:
    """Where rows of a model are listed; model as app_model."""
    return reverse(f"admin:{model}_changelist") + (f"?{query}" if query else "")
