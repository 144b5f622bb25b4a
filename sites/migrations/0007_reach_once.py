"""What an actor reaches is worked out once a question, not once for every Agreement."""

from django.db import migrations

from sites.tenancy.walls import run

READABLE_AGREEMENTS = """
CREATE OR REPLACE FUNCTION readable_agreements() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH reach AS MATERIALIZED (SELECT readable_customers() AS customers)
    SELECT coalesce(array_agg(id), '{}') FROM (
        SELECT id FROM sites_agreement WHERE customer_id = ANY ((SELECT customers FROM reach)::uuid[])
        UNION
        SELECT agreement_id FROM sites_site
         WHERE agreement_id IS NOT NULL AND customer_id = ANY ((SELECT customers FROM reach)::uuid[])
    ) AS agreements
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("sites", "0006_notices_counts_ownership")]

    operations = [run(READABLE_AGREEMENTS)]
