"""What production does not start with."""

from typing import Any

from signflow.dangers.danger import Danger, host, https, near, weak

KEY_LENGTH, TOKEN_LENGTH = 50, 20  # characters
LEASE_SPARE_SECONDS = 15.0
RANDOM = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))".'
PRODUCTION_OF_SETU = "dg.setu.co"


def _leases_too_short(settings: Any) -> bool:
    """Else a second worker would begin while the first is still at it: its write is refused, Setu sees both."""
    from core.doorbell import KINDS
    from signing.setu import client, files
    from signing.states import REQUEST_JOB, STRAY_JOB

    archive = (
        client.READ_SECONDS + client.READ_SECONDS + files.FILE_SECONDS
    )  # an orphan or a look, link, file
    longest = {
        REQUEST_JOB: max(client.UPLOAD_SECONDS + client.CREATE_SECONDS, archive),
        STRAY_JOB: client.READ_SECONDS,
    }
    return any(KINDS[name].lease < seconds + LEASE_SPARE_SECONDS for name, seconds in longest.items())


def _setu_in_plain_text_elsewhere(settings: Any) -> bool:
    name = host(settings.SETU_BASE_URL)
    here = name in ("localhost", "127.0.0.1", "::1") or name.endswith(".test")  # leads nowhere (RFC 6761)
    return settings.DEV and not https(settings.SETU_BASE_URL) and not here


ERRORS = (
    Danger(
        id="signflow.E001",
        says=f"SECRET_KEY has fewer than {KEY_LENGTH} characters.",
        hint=RANDOM,
        found=lambda s: 0 < len(s.SECRET_KEY) < KEY_LENGTH,
    ),
    Danger(
        id="signflow.E002",
        says="ALLOWED_HOSTS allows every host.",
        hint="Name the hosts this server answers to.",
        found=lambda s: any(name in ("*", ".") for name in s.ALLOWED_HOSTS),
    ),
    Danger(
        id="signflow.E003",
        says="FRONTEND_ORIGINS allows every origin.",
        hint="Name the frontend's origins, without *.",
        found=lambda s: any("*" in origin for origin in s.FRONTEND_ORIGINS),
    ),
    Danger(
        id="signflow.E004",
        says="An origin of FRONTEND_ORIGINS does not begin with https://.",
        hint="Whoever stands in between could change that page and act for its user.",
        found=lambda s: any(not https(origin) for origin in s.FRONTEND_ORIGINS),
    ),
    Danger(
        id="signflow.E005",
        says="PUBLIC_URL does not begin with https://.",
        hint="Give the address with which browsers and Setu reach this server; a proxy in front ends TLS.",
        found=lambda s: bool(s.PUBLIC_URL) and not https(s.PUBLIC_URL),
    ),
    Danger(
        id="signflow.E006",
        says="FRONTEND_URL does not begin with https://.",
        hint="Give the address with which people open the frontend.",
        found=lambda s: bool(s.FRONTEND_URL) and not https(s.FRONTEND_URL),
    ),
    Danger(
        id="signflow.E007",
        says="SETU_BASE_URL does not begin with https://.",
        hint="Setu's keys could be read on the way. Setu's own is https://dg.setu.co.",
        found=lambda s: not https(s.SETU_BASE_URL),
    ),
    Danger(
        id="signflow.E008",
        says="SETU_DOWNLOAD_HOSTS names a whole top-level domain.",
        hint="Name the domains that signed files come from, as setu.co.",
        found=lambda s: any("." not in name.strip().strip(".") for name in s.SETU_DOWNLOAD_HOSTS),
    ),
    Danger(
        id="signflow.E009",
        says=f"A token of SETU_CALLBACK_TOKENS has fewer than {TOKEN_LENGTH} characters.",
        hint=RANDOM,
        found=lambda s: any(len(token) < TOKEN_LENGTH for token in s.SETU_CALLBACK_TOKENS),
    ),
    Danger(
        id="signflow.E010",
        says="Files lie on the local disk, which most platforms throw away: set FILES_BUCKET, or FILES_DURABLE=true.",
        hint="The second only where the disk lasts and is backed up.",
        found=lambda s: not s.FILES_BUCKET and not s.FILES_DURABLE,
    ),
    Danger(
        id="signflow.E011",
        says="FILES_ENDPOINT_URL does not begin with https://.",
        hint="Contracts and the storage's keys would travel in plain text.",
        found=lambda s: bool(s.FILES_BUCKET and s.FILES_ENDPOINT_URL) and not https(s.FILES_ENDPOINT_URL),
    ),
    Danger(
        id="signflow.E012",
        says=f"METRICS_TOKEN has fewer than {TOKEN_LENGTH} characters.",
        hint=RANDOM,
        found=lambda s: 0 < len(s.METRICS_TOKEN) < TOKEN_LENGTH,
    ),
    Danger(
        id="signflow.E013",
        says="SENTRY_DSN does not begin with https://.",
        hint="Take the DSN as Sentry shows it, or leave it empty.",
        found=lambda s: bool(s.SENTRY_DSN) and not https(s.SENTRY_DSN),
    ),
    Danger(
        id="signflow.E014",
        says="A key of SECRET_KEY_FALLBACKS is as weak as SECRET_KEY must not be, or is SECRET_KEY itself.",
        hint="Drop it: what it signed ends with it.",
        found=lambda s: any(
            weak(key, length=KEY_LENGTH) or key == s.SECRET_KEY for key in s.SECRET_KEY_FALLBACKS
        ),
    ),
    Danger(
        id="signflow.E015",
        says="One secret has two uses.",
        hint="SECRET_KEY, METRICS_TOKEN, SETU_CLIENT_SECRET, FILES_SECRET_KEY, each callback token and each other "
        "secret of callbacks must differ.",
        found=lambda s: len(secrets := _secrets(s)) != len(set(secrets)),
    ),
    Danger(
        id="signflow.E016",
        says="DEBUG is on.",
        hint="Error pages would show settings and data. Leave it off.",
        found=lambda s: s.DEBUG,
        always=True,
    ),
    Danger(
        id="signflow.E017",
        says="A job's lease is shorter than its longest step.",
        hint="Raise the lease in signing/actors.py to the longest step and 15 s.",
        found=_leases_too_short,
        always=True,
        at_start=False,
    ),
    Danger(
        id="signflow.E018",
        says="SIGNFLOW_DEV is on with Setu's production, where signatures have legal force.",
        hint="Leave SIGNFLOW_DEV unset, or use Setu's sandbox.",
        found=lambda s: s.DEV and host(s.SETU_BASE_URL) == PRODUCTION_OF_SETU,
        always=True,
    ),
    Danger(
        id="signflow.E019",
        says="SETU_BASE_URL does not begin with https:// and is not on this machine.",
        hint="Setu's keys could be read on the way.",
        found=_setu_in_plain_text_elsewhere,
        always=True,
    ),
    Danger(
        id="signflow.E020",
        says="SIGNFLOW_DEV is on with files in a bucket and a database on another machine: this is no development.",
        hint="Leave SIGNFLOW_DEV unset and set what .env.example lists as required.",
        found=lambda s: s.DEV and bool(s.FILES_BUCKET) and not near(s.DATABASES["default"].get("HOST", "")),
        always=True,
    ),
    Danger(
        id="signflow.E021",
        says="API_DOCS=login needs the support console, which is where one signs in.",
        hint="Set ADMIN_ENABLED=true, or API_DOCS=off.",
        found=lambda s: s.API_DOCS == "login" and not s.ADMIN_ENABLED,
    ),
    Danger(
        id="signflow.E022",
        says="The host of PUBLIC_URL is not in ALLOWED_HOSTS: callbacks would be answered with 400.",
        hint="Add it to ALLOWED_HOSTS.",
        found=lambda s: bool(s.PUBLIC_URL and s.ALLOWED_HOSTS) and not _answers_to(s, host(s.PUBLIC_URL)),
    ),
    Danger(
        id="signflow.E023",
        says="SECRET_KEY has few different characters, or is Django's placeholder.",
        hint=RANDOM,
        found=lambda s: len(s.SECRET_KEY) >= KEY_LENGTH and weak(s.SECRET_KEY, length=KEY_LENGTH),
    ),
)


def _secrets(s: Any) -> list[str]:
    given = [s.SECRET_KEY, s.METRICS_TOKEN, s.SETU_CLIENT_SECRET, s.FILES_SECRET_KEY, *s.SETU_CALLBACK_TOKENS]
    given += {
        each.partition(":")[2] for each in s.SETU_CALLBACK_BASIC
    }  # one password for two users is one use
    given += [*s.SETU_CALLBACK_API_KEYS, *s.SETU_CALLBACK_HMAC_SECRETS]
    return [secret for secret in given if secret]


def _answers_to(s: Any, name: str) -> bool:
    if "*" in s.ALLOWED_HOSTS:
        return True
    allowed = [each.lower() for each in s.ALLOWED_HOSTS]
    return any(name == each or (each.startswith(".") and f".{name}".endswith(each)) for each in allowed)
