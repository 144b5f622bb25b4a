"""The public check of a proof: one row by its number, across tenants, with nothing of the customer in it."""

from django.db import migrations

from sites.tenancy.walls import functions, run

# The paper is the frozen one: it says what was certified on the day of issue.
PUBLIC_PROOF = """
CREATE FUNCTION public_proof(wanted text)
RETURNS TABLE (number text, status text, program text, part_number text, quantity bigint, issued_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.number, p.status, p.paper->>'program', p.paper->>'part_number', p.quantity, p.issued_on
      FROM licenses_proof p WHERE p.number = wanted
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("licenses", "0002_ledgers")]

    operations = [
        functions(PUBLIC_PROOF, "public_proof(text)"),
        # The owner's function reads through the wall, and only reads.
        run("CREATE POLICY licenses_proof_public ON licenses_proof FOR SELECT TO CURRENT_USER USING (true)"),
    ]
