"""Work on a few customers of many sees those alone: every wall then compares a row with a short list."""

from django.db import migrations

from sites.tenancy.walls import run

# As the actor's, the word holds for the transaction that it was given in. It can only take away.
NARROWED = """
CREATE FUNCTION narrowed_to() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN split_part(s, '|', 2) = actor_stamp() THEN nullif(split_part(s, '|', 1), '')::uuid[] END
      FROM current_setting('passage.narrowed', true) AS s
$$;
"""

_REACH = """
CREATE OR REPLACE FUNCTION {name}_customers() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH narrowed AS MATERIALIZED (SELECT narrowed_to() AS customers)
    SELECT coalesce(array_agg(customer_id), '{{}}') FROM (
        SELECT customer_id FROM sites_membership
         WHERE user_id = current_actor() AND customer_id IS NOT NULL{member}
           AND current_date BETWEEN valid_from AND coalesce(valid_to, 'infinity')
        UNION
        SELECT d.customer_id FROM sites_membership m JOIN sites_mandate d USING (partner_id)
         WHERE m.user_id = current_actor(){mandate}
           AND current_date BETWEEN m.valid_from AND coalesce(m.valid_to, 'infinity')
           AND current_date BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
        UNION
        SELECT c.id FROM sites_staffrole s
          JOIN (SELECT id, country FROM sites_customer WHERE (SELECT customers FROM narrowed) IS NULL
                UNION ALL
                SELECT id, country FROM sites_customer WHERE id = ANY ((SELECT customers FROM narrowed)::uuid[])) c
            ON s.role <> 'rep' OR s.country = c.country
         WHERE s.user_id = current_actor()
           AND current_date BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')
    ) AS reach
     WHERE (SELECT customers FROM narrowed) IS NULL OR customer_id = ANY ((SELECT customers FROM narrowed)::uuid[])
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("sites", "0009_addresses_that_fail")]

    operations = [
        run(
            NARROWED,
            "REVOKE ALL ON FUNCTION narrowed_to() FROM PUBLIC",
            _REACH.format(name="readable", member="", mandate=""),
            _REACH.format(name="writable", member=" AND can_write", mandate=" AND m.can_write AND d.can_write"),
        )
    ]
