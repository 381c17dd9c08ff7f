"""The doctor's questions about the settings."""

from django.conf import settings

from core.checks import Outcome, fault, ok, register, warn

SECRET_LENGTH, TOKEN_LENGTH = 50, 20
RANDOM = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'


@register("mode")
def mode() -> Outcome:
    shape = "one process (no REDIS_URL)" if settings.EMBEDDED else "web, worker and clock processes"
    if settings.DEV:
        return warn(
            f"Development, {shape}: secrets may be generated, http is allowed.",
            "In production leave SIGNFLOW_DEV unset.",
        )
    return ok(f"Production, {shape}.")


@register("secrets")
def secrets() -> Outcome:
    short = [] if settings.DEV or len(settings.SECRET_KEY) >= SECRET_LENGTH else ["SECRET_KEY"]
    if 0 < len(settings.METRICS_TOKEN) < TOKEN_LENGTH:
        short.append("METRICS_TOKEN")
    if short:
        return fault(
            f"Too short: {', '.join(short)}.",
            f"Make {SECRET_LENGTH} (a token: {TOKEN_LENGTH}) characters or more: {RANDOM}",
        )
    return ok(f"SECRET_KEY has {len(settings.SECRET_KEY)} characters.")


@register("addresses")
def addresses() -> Outcome:
    """Browsers and Setu must reach us, and we must answer to the name they use."""
    named = {"PUBLIC_URL": settings.PUBLIC_URL, "FRONTEND_URL": settings.FRONTEND_URL}
    plain = [name for name, url in named.items() if not url.startswith("https://")]
    if plain and not settings.DEV:
        return fault(f"Not https: {', '.join(plain)}.", "Give the addresses with which browsers reach them.")
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].rpartition(":")
    name = (host[0] or host[2]).lower()
    allowed = [each.lower() for each in settings.ALLOWED_HOSTS]
    if not any(name == each or (each.startswith(".") and f".{name}".endswith(each)) for each in allowed):
        return fault(
            "The host of PUBLIC_URL is not in ALLOWED_HOSTS: callbacks would be answered with 400.",
            f"Add {name} to ALLOWED_HOSTS.",
        )
    return ok(f"{settings.PUBLIC_URL}, for the frontend at {settings.FRONTEND_URL}.")
