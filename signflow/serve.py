"""`python -m signflow.serve`: the web process. Reads the settings first, then becomes gunicorn.

Gunicorn would tell a setting that is wrong by a traceback, its own WEB_CONCURRENCY even before it reads its
configuration, or by workers that fail one after the other.
"""

import os
import sys
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

COMMAND = (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "signflow.wsgi")


def main() -> NoReturn:
    try:
        import signflow.settings  # noqa: F401  # raises with all that is wrong
    except ImproperlyConfigured as reason:
        sys.exit(f"{reason}")
    os.execv(sys.executable, COMMAND)  # noqa: S606  # the same process, which the platform's signals reach


if __name__ == "__main__":
    main()
