"""Row-level security on quotes; what a quote says is frozen, only its answer and status change."""

from django.db import migrations

from sites.tenancy.walls import append_only, tenant_key, wall


class Migration(migrations.Migration):
    dependencies = [("renewals", "0001_facts"), ("licenses", "0002_ledgers")]

    operations = [
        wall("renewals_renewalquote", update=("status", "answered_by_id", "answered_at", "answer_reason")),
        wall("renewals_quoteline"),
        append_only("renewals_quoteline"),
        tenant_key("renewals_quoteline", "quote_id", "renewals_renewalquote"),
        tenant_key("renewals_renewalquote", "agreement_id", "sites_agreement"),
        tenant_key("renewals_renewalquote", "site_id", "sites_site"),
    ]
