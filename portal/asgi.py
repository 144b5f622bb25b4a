"""The application that the web server runs."""

import os

import django

# Tasks are rung through this app; without it, the ring would go to a broker that Celery assumes.
from portal.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup(set_prefix=False)

from portal.room import Handler  # noqa: E402  # needs the apps

application = Handler()

__all__ = ["application", "celery_app"]
