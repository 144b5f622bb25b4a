"""A reversal of points mirrors what it reverses, whoever posts it (rule P7)."""

from django.db import migrations

from sites.tenancy.walls import run

# Posting runs with the owner's rights, and so does this: it sees the original whoever acts.
MIRROR = """
CREATE FUNCTION licenses_prove_points() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE original licenses_pointsmovement;
BEGIN
    SELECT * INTO original FROM licenses_pointsmovement WHERE id = NEW.reverses_id;
    IF NEW.kind <> 'reversal' OR original.kind = 'reversal'
       OR (original.agreement_id, original.site_id, original.source_id, original.target_id, original.amount)
          IS DISTINCT FROM (NEW.agreement_id, NEW.site_id, NEW.target_id, NEW.source_id, NEW.amount) THEN
        RAISE EXCEPTION 'a reversal mirrors what it reverses'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_reversal_mirrors';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER licenses_pointsmovement_proved AFTER INSERT ON licenses_pointsmovement
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION licenses_prove_points();
"""


class Migration(migrations.Migration):
    dependencies = [("licenses", "0010_closings_and_adjustments")]

    operations = [run(MIRROR)]
