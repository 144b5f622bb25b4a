"""A proof tells since when it is known: what was held can be asked for as known at an instant (rule P7)."""

from django.db import migrations, models
from django.db.models.functions import Now

from sites.tenancy.walls import run

# Every proof was issued in the transaction of a movement of its line: the n-th of a day with the n-th movement.
KNOWN_SINCE = """
WITH ends AS (
    SELECT target_id AS line, effective_on, recorded_at FROM licenses_quantitymovement WHERE target_id IS NOT NULL
    UNION ALL
    SELECT source_id, effective_on, recorded_at FROM licenses_quantitymovement WHERE source_id IS NOT NULL
), moved AS (
    SELECT line, effective_on, recorded_at,
           row_number() OVER (PARTITION BY line, effective_on ORDER BY recorded_at) AS place FROM ends
), issued AS (
    SELECT id, entitlement_id, issued_on,
           row_number() OVER (PARTITION BY entitlement_id, issued_on ORDER BY number) AS place FROM licenses_proof
)
UPDATE licenses_proof p SET recorded_at = m.recorded_at
  FROM issued i JOIN moved m ON (m.line, m.effective_on, m.place) = (i.entitlement_id, i.issued_on, i.place)
 WHERE p.id = i.id
"""
TABLES = ("licenses_proof", "licenses_quantitymovement")


class Migration(migrations.Migration):
    dependencies = [("licenses", "0007_price_imports")]

    operations = [
        migrations.AddField(
            "proof",
            "recorded_at",
            models.DateTimeField(verbose_name="recorded at", db_default=Now(), editable=False),
        ),
        # The owner of the tables is held by their walls as well; it looks over them for this one statement.
        run(
            *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in TABLES),
            KNOWN_SINCE,
            *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in TABLES),
        ),
    ]
