"""The web process. Gunicorn loads this after its fork and runserver in its child, so embedded mode starts here."""

import atexit
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signflow.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  # needs the line above

if settings.EMBEDDED:
    from signflow import embedded

    atexit.register(embedded.start())  # its workers write down what the process counts
else:
    from core.counters import Flusher

    flusher = Flusher()
    flusher.start()
    atexit.register(flusher.stop)
