"""SignFlow's own settings, and the kinds of jobs in tests/fire/actors.py beside its own."""

from signflow.settings import *  # noqa: F403
from signflow.settings import INSTALLED_APPS as OWN_APPS

INSTALLED_APPS = [*OWN_APPS, "tests.fire"]
