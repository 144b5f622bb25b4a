"""The portal's own user: who acts when nobody asked, in timetables, sweeps and imports of a world."""

import uuid
from datetime import date
from typing import Any

from django.db import migrations

SYSTEM_USER_ID = uuid.UUID(int=1)


def create(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("sites", "User").objects.using(schema_editor.connection.alias)
    roles = apps.get_model("sites", "StaffRole").objects.using(schema_editor.connection.alias)
    user, _ = users.get_or_create(
        id=SYSTEM_USER_ID,
        # "!" is no hash of anything: nobody signs in as the portal.
        defaults={"email": "passage@portal.example", "name": "Passage", "language": "en", "password": "!"},
    )
    roles.get_or_create(user=user, role="system", defaults={"valid_from": date(2020, 1, 1)})


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_walls")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
