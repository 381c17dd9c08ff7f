"""The console's pages of requests and of ids that nobody knows."""

from core.console.shown import JOB_PAGES
from signing.admin import front, requests, sections, strays  # noqa: F401  # each registers its pages
from signing.states import REQUEST_JOB, STRAY_JOB

JOB_PAGES[REQUEST_JOB] = "admin:signing_signaturerequest_change"
JOB_PAGES[STRAY_JOB] = "admin:signing_stray_change"
