from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections, transaction

from portal.tables import LIBRARY_GRANTS


class Command(BaseCommand):
    help = "Gives the application's role its rights on the tables that libraries bring. Run after migrate."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        owner = connections["owner"]
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            role = owner.ops.quote_name(settings.APP_ROLE)
            existing = set(owner.introspection.table_names(cursor))
            for table, rights in LIBRARY_GRANTS.items():
                if table not in existing:
                    continue
                name = owner.ops.quote_name(table)
                cursor.execute(f"REVOKE ALL ON {name} FROM {role}")
                if rights:
                    cursor.execute(f"GRANT {', '.join(rights)} ON {name} TO {role}")
