"""What production starts with, and should not stay with."""

from typing import Any
from urllib.parse import urlsplit

from signflow.dangers.danger import Danger, host, near

CONNECTIONS_MAX = 16  # small plans give 20, and an operator needs some
WEB_THREADS = 4  # gunicorn.conf.py
PASSWORD_LENGTH = 12
LOG_DAYS = 365  # a trespass is often noticed after months
SSL = ("require", "verify-ca", "verify-full")


def _rows(s: Any) -> dict[str, Any]:
    rows: dict[str, Any] = s.DATABASES["default"]
    return rows


def _postgres(s: Any) -> bool:
    return not str(_rows(s)["ENGINE"]).endswith("sqlite3")


def _connections(s: Any) -> int:
    web = 1 if s.EMBEDDED else s.WEB_CONCURRENCY
    worker = 0 if s.EMBEDDED else s.WORKER_PROCESSES
    return int((web + worker) * s.DATABASE_CONNECTIONS)


WARNINGS = (
    Danger(
        id="signflow.W001",
        says="SIGNFLOW_DEV is on: secrets are generated, http is allowed, the stand-in may sign.",
        hint="In production leave it unset.",
        found=lambda s: s.DEV,
        always=True,
    ),
    Danger(
        id="signflow.W002",
        says="BEHIND_TLS_PROXY is off, though PUBLIC_URL is https and this server speaks plain http.",
        hint="Set it where a proxy ends TLS and sets X-Forwarded-Proto: without it browsers are not told to stay "
        "with https, and the support console's forms are refused.",
        found=lambda s: not s.BEHIND_TLS_PROXY,
    ),
    Danger(
        id="signflow.W003",
        says="TRUSTED_PROXIES is 0 behind a proxy: all callers share its address, and one limit of sign-ins.",
        hint="Set it to the number of proxies in front, 1 on most platforms.",
        found=lambda s: s.BEHIND_TLS_PROXY and s.TRUSTED_PROXIES == 0,
    ),
    Danger(
        id="signflow.W004",
        says="TRUSTED_PROXIES believes X-Forwarded-For, though BEHIND_TLS_PROXY says that no proxy is there.",
        hint="With no proxy in front a caller invents its address: set TRUSTED_PROXIES=0, or BEHIND_TLS_PROXY=true.",
        found=lambda s: s.TRUSTED_PROXIES > 0 and not s.BEHIND_TLS_PROXY,
    ),
    Danger(
        id="signflow.W005",
        says="HSTS_SECONDS is 0: browsers may come by plain http.",
        hint="Leave it at its default, a year.",
        found=lambda s: s.SECURE_HSTS_SECONDS == 0,
    ),
    Danger(
        id="signflow.W006",
        says="The rows lie in SQLite, on one disk of one machine.",
        hint="Use PostgreSQL, or back the file up and run nothing elsewhere.",
        found=lambda s: not _postgres(s),
    ),
    Danger(
        id="signflow.W007",
        says="SQLite with REDIS_URL: worker and clock must run on the very machine of the web process.",
        hint="Use PostgreSQL for several processes, or leave REDIS_URL empty for one.",
        found=lambda s: not _postgres(s) and not s.EMBEDDED,
    ),
    Danger(
        id="signflow.W008",
        says="DATABASE_URL does not demand TLS of a server on another machine.",
        hint="Add ?sslmode=require; verify-full, with sslrootcert, also proves the server.",
        found=lambda s: (
            _postgres(s)
            and not near(_rows(s).get("HOST", ""))
            and _rows(s).get("OPTIONS", {}).get("sslmode") not in SSL
        ),
    ),
    Danger(
        id="signflow.W009",
        says="REDIS_URL speaks without TLS to another machine.",
        hint="Use rediss://.",
        found=lambda s: s.REDIS_URL.startswith("redis://") and not near(host(s.REDIS_URL)),
    ),
    Danger(
        id="signflow.W010",
        says="REDIS_URL holds no password for a server on another machine.",
        hint="Whoever reaches it can ring and flush doorbells. Set one: rediss://:password@host.",
        found=lambda s: (
            bool(s.REDIS_URL) and not near(host(s.REDIS_URL)) and not urlsplit(s.REDIS_URL).password
        ),
    ),
    Danger(
        id="signflow.W011",
        says=f"Web and worker processes may hold more than {CONNECTIONS_MAX} connections to PostgreSQL.",
        hint="Lower DATABASE_CONNECTIONS, WEB_CONCURRENCY or WORKER_PROCESSES, or use a pooler (DATABASE_POOLER).",
        found=lambda s: _postgres(s) and not s.DATABASE_POOLER and _connections(s) > CONNECTIONS_MAX,
    ),
    Danger(
        id="signflow.W012",
        says=f"DATABASE_CONNECTIONS is less than the {WEB_THREADS} threads of a web process.",
        hint=f"Threads would wait for each other and answer 503: set {WEB_THREADS} or more.",
        found=lambda s: _postgres(s) and s.DATABASE_CONNECTIONS < WEB_THREADS,
    ),
    Danger(
        id="signflow.W013",
        says="WEB_CONCURRENCY asks for several processes, but without REDIS_URL there is one.",
        hint="Set REDIS_URL and run worker and clock, or leave WEB_CONCURRENCY unset.",
        found=lambda s: s.EMBEDDED and s.WEB_CONCURRENCY > DEFAULT_CONCURRENCY,
    ),
    Danger(
        id="signflow.W014",
        says=f"The support console is on with passwords of fewer than {PASSWORD_LENGTH} characters.",
        hint=f"Leave PASSWORD_LENGTH_MIN at {PASSWORD_LENGTH} or more.",
        found=lambda s: s.ADMIN_ENABLED and s.PASSWORD_LENGTH_MIN < PASSWORD_LENGTH,
    ),
    Danger(
        id="signflow.W015",
        says="SETU_BASE_URL is Setu's sandbox: what is signed there has no legal force.",
        hint="Set https://dg.setu.co and the credentials that belong to it.",
        found=lambda s: "sandbox" in host(s.SETU_BASE_URL),
    ),
    Danger(
        id="signflow.W016",
        says="API_DOCS=open shows the API's documentation to everybody.",
        hint="Set login or off, unless the API is meant to be public.",
        found=lambda s: s.API_DOCS == "open",
    ),
    Danger(
        id="signflow.W017",
        says="Several SECRET_KEY_FALLBACKS are kept.",
        hint="A day after a rotation nothing that the old key signed is good any more: drop it then.",
        found=lambda s: len(s.SECRET_KEY_FALLBACKS) > 1,
    ),
    Danger(
        id="signflow.W018",
        says="LOG_ERROR_TEXTS is on: errors' texts are logged, which may hold people's names and dates.",
        hint="Leave it off, but for the hour in which an error is looked for.",
        found=lambda s: s.LOG_ERROR_TEXTS,
    ),
    Danger(
        id="signflow.W019",
        says=f"PASSWORD_LENGTH_MIN allows passwords of fewer than {PASSWORD_LENGTH} characters.",
        hint=f"Leave it at {PASSWORD_LENGTH} or more.",
        found=lambda s: not s.ADMIN_ENABLED and s.PASSWORD_LENGTH_MIN < PASSWORD_LENGTH,
    ),
    Danger(
        id="signflow.W020",
        says="SETU_DOWNLOAD_HOSTS names all of amazonaws.com: every customer's bucket and machine lies below it.",
        hint="Name the one host that Setu's download links have, once it is known, beside setu.co.",
        found=lambda s: any(name.strip(" .").lower() == "amazonaws.com" for name in s.SETU_DOWNLOAD_HOSTS),
    ),
    Danger(
        id="signflow.W021",
        says=f"KEEP_LOG_DAYS keeps the security log for less than {LOG_DAYS} days.",
        hint="Leave it at its default, 400: who came in is often asked months later.",
        found=lambda s: s.KEEP_LOG_DAYS < LOG_DAYS,
    ),
    Danger(
        id="signflow.W022",
        says="SIGNED_FILE_MUST_MATCH is off: a signed file is kept though it may be somebody else's contract.",
        hint="Set it back once the files that Setu writes are understood (docs/operations.md).",
        found=lambda s: not s.SIGNED_FILE_MUST_MATCH,
    ),
)
DEFAULT_CONCURRENCY = 2
