"""Who reads and writes the shell's own tables."""

from django.db import migrations

from sites.tenancy.walls import run, wall

STAFF = "is_staff('rep', 'operator', 'system')"
OPERATOR = "is_staff('operator', 'system')"


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_facts"), ("sites", "0002_walls")]

    operations = [
        wall("portal_contententry", read="true", write=OPERATOR, update=True, delete=True),
        run("GRANT USAGE ON SEQUENCE portal_contententry_id_seq TO {app}"),
        wall("portal_contactwish", read=STAFF, write=STAFF, insert="true"),
        wall(
            "portal_idempotencykey",
            read="user_id = current_actor()",
            write="user_id = current_actor()",
            delete=True,
        ),
        run("GRANT USAGE ON SEQUENCE portal_idempotencykey_id_seq TO {app}"),
    ]
