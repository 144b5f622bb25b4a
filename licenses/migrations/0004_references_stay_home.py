"""A renewal line follows a license of its own customer: it moves along when that one moves."""

from django.db import migrations

from sites.tenancy.walls import tenant_key


class Migration(migrations.Migration):
    dependencies = [("licenses", "0003_public_proof")]

    operations = [tenant_key("licenses_entitlement", "follows_id", "licenses_entitlement")]
