"""Imports of holdings remember, show and supersede more; their rows are guarded statement by statement."""

import django.db.models.deletion
from django.db import migrations, models

from sites.tenancy.walls import functions, run, tenant_key

PROTECT = django.db.models.deletion.PROTECT

# As before, and a newer list of its author's may put a waiting import away.
STEPS = """
CREATE OR REPLACE FUNCTION licenses_entitlement_import_step() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.status IN ('accepted', 'rejected', 'superseded') THEN
        RAISE EXCEPTION 'this import is %', OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version <> OLD.version AND NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'version % can''t follow %', NEW.version, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) <> ALL (ARRAY[
        'uploaded>checking', 'uploaded>failed', 'checking>checked', 'checking>failed', 'checked>checking',
        'failed>checking', 'checked>applying', 'applying>accepted', 'applying>checked', 'checked>rejected',
        'checked>superseded', 'failed>superseded']) THEN
        RAISE EXCEPTION 'an import can''t go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'superseded' AND NEW.superseded_by_id IS NULL THEN
        RAISE EXCEPTION 'an import is superseded by another' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND NEW.status IN ('applying', 'accepted', 'rejected')
       AND NOT is_staff('rep', 'operator', 'system') THEN
        RAISE EXCEPTION 'the desk decides' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
"""

# One look a statement, not one a row: a hundred thousand rows come in a hundred statements.
KEPT = """
CREATE FUNCTION licenses_entitlement_rows_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM licenses_entitlementimport
                WHERE id IN (SELECT DISTINCT file_import_id FROM touched)
                  AND status NOT IN ('checking', 'applying')) THEN
        RAISE EXCEPTION 'rows are written while they are checked or recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
"""
GUARDS = """
DROP TRIGGER licenses_entitlement_rows_kept ON licenses_entitlementimportrow;
CREATE TRIGGER licenses_entitlement_rows_kept_new AFTER INSERT ON licenses_entitlementimportrow
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION licenses_entitlement_rows_kept();
CREATE TRIGGER licenses_entitlement_rows_kept_changed AFTER UPDATE ON licenses_entitlementimportrow
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION licenses_entitlement_rows_kept();
CREATE TRIGGER licenses_entitlement_rows_kept_gone AFTER DELETE ON licenses_entitlementimportrow
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION licenses_entitlement_rows_kept();
DROP FUNCTION licenses_entitlement_row_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("licenses", "0013_postings_by_sets")]

    operations = [
        migrations.AddField("entitlementimport", "parts_new", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("entitlementimport", "rows_in_file", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField(
            "entitlementimport",
            "samples",
            models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            "entitlementimport",
            "remembered",
            models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            "entitlementimport",
            "superseded_by",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=PROTECT,
                related_name="+",
                to="licenses.entitlementimport",
            ),
        ),
        migrations.AddField("entitlementimportrow", "before_coverage_start", models.DateField(null=True)),
        migrations.AddField("entitlementimportrow", "before_coverage_end", models.DateField(null=True)),
        migrations.AlterField(
            "entitlementimport",
            "status",
            models.CharField(
                choices=[
                    ("uploaded", "uploaded"),
                    ("checking", "checking"),
                    ("checked", "checked"),
                    ("applying", "being recorded"),
                    ("accepted", "accepted"),
                    ("rejected", "rejected"),
                    ("failed", "failed"),
                    ("superseded", "superseded"),
                ],
                default="uploaded",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            "entitlementimportrow",
            "customer",
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=PROTECT, related_name="+", to="sites.customer"
            ),
        ),
        migrations.AlterField(
            "entitlementimportrow",
            "entitlement",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=PROTECT,
                related_name="+",
                to="licenses.entitlement",
            ),
        ),
        migrations.AlterField(
            "entitlementimportrow",
            "file_import",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="licenses.entitlementimport",
            ),
        ),
        migrations.AlterField(
            "entitlementimportrow",
            "site",
            models.ForeignKey(
                db_constraint=False, db_index=False, null=True, on_delete=PROTECT, related_name="+", to="sites.site"
            ),
        ),
        run(STEPS),
        functions(KEPT, "licenses_entitlement_rows_kept()"),
        run(GUARDS),
        tenant_key("licenses_entitlementimport", "superseded_by_id", "licenses_entitlementimport"),
        run(
            "GRANT UPDATE (samples, remembered, rows_in_file, parts_new, superseded_by_id)"
            " ON licenses_entitlementimport TO {app}",
            "GRANT UPDATE (before_coverage_start, before_coverage_end) ON licenses_entitlementimportrow TO {app}",
        ),
    ]
