"""Brings the database to where the application can use it.

    python -m scripts.prepare_database [--demo]

Database and application role, migrations and grants as the owner; with --demo, the demonstration world once.
"""

import os
import sys

import django
from django.core.management import call_command
from django.db import connections

from portal.services import discovery
from portal.services.bootstrap import bootstrap
from portal.services.problems import ServiceProblem


def main() -> int:
    """Prepares, or says in a sentence why it can't."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        bootstrap(*discovery.database_urls())
    except ServiceProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=0, skip_checks=True)
    call_command("grant_tables")
    if "--demo" in sys.argv[1:]:
        call_command("load_demo")
    connections.close_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
