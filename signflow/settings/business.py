"""Documents, requests, and Setu."""

from signflow.settings.environment import env, required

DOCUMENT_MAX_BYTES: int = env.number(
    "DOCUMENT_MAX_BYTES", default=20 * 1024 * 1024, least=1024, most=100 * 1024 * 1024
)
DOCUMENT_MAX_PAGES: int = env.number("DOCUMENT_MAX_PAGES", default=500, least=1, most=5000)
# Of one request; Setu's pages say 25 and 6.
SIGNERS_MAX: int = env.number("SIGNERS_MAX", default=25, least=1, most=25)
ENABLE_SCHEDULER: bool = env.bool("ENABLE_SCHEDULER", default=True)  # false: open requests are not polled
# s between two looks: while somebody is likely signing, for an hour after the last activity, and afterwards.
CHECK_SECONDS_ACTIVE: int = env.number("CHECK_SECONDS_ACTIVE", default=30, least=1, most=43_200)
CHECK_SECONDS_WARM: int = env.number("CHECK_SECONDS_WARM", default=600, least=1, most=43_200)
CHECK_SECONDS_COLD: int = env.number("CHECK_SECONDS_COLD", default=10_800, least=1, most=43_200)
# The clock's pace for Setu.
CLOCK_GETS_PER_SECOND: int = env.number("CLOCK_GETS_PER_SECOND", default=5, least=1, most=1000)

SETU_BASE_URL: str = env.str("SETU_BASE_URL", default="https://dg-sandbox.setu.co").rstrip("/")
SETU_CLIENT_ID = required("SETU_CLIENT_ID")
SETU_CLIENT_SECRET = required("SETU_CLIENT_SECRET")
SETU_PRODUCT_INSTANCE_ID = required("SETU_PRODUCT_INSTANCE_ID")
# false: a signed file that is not recognised as the document that was sent is logged, and kept all the same.
SIGNED_FILE_MUST_MATCH: bool = env.bool("SIGNED_FILE_MUST_MATCH", default=True)
SETU_DOWNLOAD_HOSTS: list[str] = env.list(
    "SETU_DOWNLOAD_HOSTS", default=["amazonaws.com", "setu.co"]
)  # suffixes
