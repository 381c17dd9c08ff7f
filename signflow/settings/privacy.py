"""How long what need not be kept for ever is kept. `manage.py purge --dry-run` says what would go."""

from signflow.settings.environment import env

YEARS = 3650
# After a request's end: Setu's ids and links, and what callbacks claimed.
KEEP_SETU_DAYS: int = env.number("KEEP_SETU_DAYS", default=7, least=1, most=YEARS)
# That callbacks came, and what was done in the console; more than a year, as Indian rules want of logs.
KEEP_LOG_DAYS: int = env.number("KEEP_LOG_DAYS", default=400, least=1, most=YEARS)
KEEP_JOBS_DAYS: int = env.number(
    "KEEP_JOBS_DAYS", default=90, least=1, most=YEARS
)  # after the end: given-up work
KEEP_UNUSED_DOCUMENTS_DAYS: int = env.number("KEEP_UNUSED_DOCUMENTS_DAYS", default=90, least=1, most=YEARS)
