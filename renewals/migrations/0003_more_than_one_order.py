"""An Anniversary's quote may be followed by another one, for licenses that moved in after it was accepted."""

from django.db import migrations

from sites.tenancy.walls import run


class Migration(migrations.Migration):
    dependencies = [("renewals", "0002_walls")]

    operations = [run("DROP INDEX IF EXISTS quote_accepted_once")]
