"""The web process. Gunicorn loads this after its fork and runserver in its child, so embedded mode starts here."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signflow.settings")
application = get_wsgi_application()

from signflow import embedded  # noqa: E402  # needs the settings

embedded.start()
