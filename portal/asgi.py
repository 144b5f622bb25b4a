"""The application that the web server runs."""

import os

from django.core.asgi import get_asgi_application

# Tasks are rung through this app; without it, the ring would go to a broker that Celery assumes.
from portal.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_asgi_application()

__all__ = ["application", "celery_app"]
