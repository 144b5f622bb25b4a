"""Rows of a request and of a form belong to it whole: to both its customers, to its sender."""

import django.db.models.deletion
from django.db import migrations, models

from sites.tenancy.walls import READABLE, WRITABLE, run, tenant_key

TARGET_SEEN = f"(target_customer_id IS NULL OR {READABLE.replace('customer_id', 'target_customer_id', 1)})"
ENROLLMENT_SEEN = "(enrollment_id IS NULL OR enrollment_id IN (SELECT id FROM sites_enrollment))"


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0002_walls"), ("sites", "0004_references_stay_home")]

    operations = [
        run(
            "ALTER POLICY migrations_app_transferrequest_add ON migrations_app_transferrequest"
            f" WITH CHECK ({WRITABLE} AND {TARGET_SEEN} AND {ENROLLMENT_SEEN})",
            # A consent shows itself to the request's target, and to no other customer.
            "ALTER TABLE migrations_app_transferrequest ADD CONSTRAINT transfer_of_target"
            " UNIQUE (id, target_customer_id)",
            "ALTER TABLE migrations_app_consent ADD CONSTRAINT migrations_app_consent_of_target"
            " FOREIGN KEY (request_id, target_customer_id)"
            " REFERENCES migrations_app_transferrequest (id, target_customer_id) ON UPDATE CASCADE"
            " DEFERRABLE INITIALLY IMMEDIATE",
        ),
        tenant_key("migrations_app_transferline", "arrived_as_id", "licenses_entitlement", tenant="target_customer_id"),
        # A row is its form's sender's: one key for both, in place of the plain one.
        migrations.AlterField(
            "batchrow",
            "batch",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="migrations_app.transferbatch",
            ),
        ),
        run(
            "ALTER TABLE migrations_app_transferbatch ADD CONSTRAINT batch_of_sender UNIQUE (created_by_id, id)",
            "ALTER TABLE migrations_app_batchrow ADD CONSTRAINT migrations_app_batchrow_of_sender"
            " FOREIGN KEY (created_by_id, batch_id) REFERENCES migrations_app_transferbatch (created_by_id, id)"
            " DEFERRABLE INITIALLY IMMEDIATE",
        ),
    ]
