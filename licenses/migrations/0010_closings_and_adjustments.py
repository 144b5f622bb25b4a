"""Closings behind the points ledger, and what reps do to it with a second signature. Heads are written once a posting."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import READABLE, WRITABLE, append_only, functions, run, tenant_key, wall

# Of the Term that `day` lies in, the first day (rule T1): the initial one's, or an Anniversary. NULL before it.
TERM_START = """
CREATE FUNCTION licenses_term_start(initial date, day date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN day < initial THEN NULL WHEN day < first.anniversary THEN initial
                ELSE (first.anniversary + make_interval(years => extract(year FROM age(day, first.anniversary))::int))::date
           END
      FROM (SELECT (date_trunc('month', initial - 1) + interval '13 months')::date AS anniversary) AS first
$$;
"""

# The ended Term of `day`, where it stands closed: nothing may be posted into it (rule P7).
CLOSED = """
CREATE FUNCTION licenses_term_closed(agreement uuid, term date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM licenses_termclosing c
         WHERE c.agreement_id = agreement AND c.starts_on = term
           AND NOT EXISTS (SELECT 1 FROM licenses_termreopening r
                            WHERE r.agreement_id = agreement AND r.starts_on <= term
                              AND r.reopened_at >= c.recorded_at))
$$;
"""

POST_POINTS = """
CREATE OR REPLACE FUNCTION licenses_post_points(entries jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reach uuid[] := writable_customers();
    who uuid := current_actor();
    head licenses_ledgerhead;
    m licenses_pointsmovement;
    blank licenses_pointsmovement;
    posted integer := 0;
    e record;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'nobody acts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE sites_agreement SET head_version = head_version + 1
     WHERE id IN (SELECT x.agreement FROM jsonb_to_recordset(entries) AS x(agreement uuid));
    FOR e IN
        SELECT x.*, a.customer_id AS owner, s.agreement_id AS site_agreement,
               licenses_term_start(a.term_start, x.effective_on) AS term
          FROM jsonb_to_recordset(entries) AS x(id uuid, agreement uuid, site uuid, points numeric, kind text,
                                                reference text, effective_on date, reverses uuid)
          LEFT JOIN sites_agreement a ON a.id = x.agreement
          LEFT JOIN sites_site s ON s.id = x.site
         ORDER BY a.customer_id, x.effective_on, x.id
    LOOP
        IF e.owner IS NULL OR NOT e.owner = ANY (reach) OR e.site_agreement IS DISTINCT FROM e.agreement THEN
            RAISE EXCEPTION 'agreement or site out of reach' USING ERRCODE = 'insufficient_privilege';
        END IF;
        SELECT * INTO m FROM licenses_pointsmovement WHERE id = e.id;
        IF FOUND THEN
            IF (m.agreement_id, m.site_id, CASE WHEN m.target_id IS NULL THEN -m.amount ELSE m.amount END, m.reference)
               IS DISTINCT FROM (e.agreement, e.site, e.points, e.reference::varchar) THEN
                RAISE EXCEPTION 'movement % was posted otherwise', e.id USING ERRCODE = 'unique_violation';
            END IF;
            CONTINUE;
        END IF;
        IF licenses_term_closed(e.agreement, e.term) THEN
            RAISE EXCEPTION 'the Term from % is closed', e.term
                USING ERRCODE = 'check_violation', CONSTRAINT = 'points_term_closed';
        END IF;
        IF head.customer_id IS DISTINCT FROM e.owner THEN
            UPDATE licenses_ledgerhead SET sequence = head.sequence, chain = head.chain WHERE id = head.id;
            head := licenses_lock_head(e.owner, 'points');
        END IF;
        m := blank;
        m.id := e.id; m.customer_id := e.owner; m.agreement_id := e.agreement; m.site_id := e.site;
        m.source_id := CASE WHEN e.points < 0 THEN e.agreement END;
        m.target_id := CASE WHEN e.points > 0 THEN e.agreement END;
        m.amount := abs(e.points)::numeric(14, 2);
        m.kind := e.kind; m.reference := e.reference; m.effective_on := e.effective_on;
        m.recorded_at := clock_timestamp(); m.recorded_by_id := who; m.reverses_id := e.reverses;
        m.sequence := head.sequence + 1;
        m.chain := licenses_points_link(head.chain, m);
        INSERT INTO licenses_pointsmovement SELECT m.*;
        head.sequence := m.sequence; head.chain := m.chain;
        posted := posted + 1;
    END LOOP;
    UPDATE licenses_ledgerhead SET sequence = head.sequence, chain = head.chain WHERE id = head.id;
    RETURN posted;
END
$$;
"""

POST_QUANTITIES = """
CREATE OR REPLACE FUNCTION licenses_post_quantities(entries jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reach uuid[] := writable_customers();
    who uuid := current_actor();
    owner uuid;
    head licenses_ledgerhead;
    m licenses_quantitymovement;
    posted integer := 0;
    e record;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'nobody acts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM licenses_entitlement
      WHERE id IN (SELECT x.source FROM jsonb_to_recordset(entries) AS x(source uuid)
                   UNION SELECT x.target FROM jsonb_to_recordset(entries) AS x(target uuid))
      ORDER BY id FOR UPDATE;
    FOR e IN
        SELECT x.*, s.customer_id AS source_owner, t.customer_id AS target_owner
          FROM jsonb_to_recordset(entries) AS x(id uuid, source uuid, target uuid, quantity bigint, reason text,
                                                reference text, effective_on date, reverses uuid)
          LEFT JOIN licenses_entitlement s ON s.id = x.source
          LEFT JOIN licenses_entitlement t ON t.id = x.target
         ORDER BY coalesce(s.customer_id, t.customer_id), x.id
    LOOP
        IF (e.source IS NOT NULL AND e.source_owner IS NULL) OR (e.target IS NOT NULL AND e.target_owner IS NULL)
           OR NOT coalesce(e.source_owner, e.target_owner) = ANY (reach)
           OR NOT coalesce(e.target_owner, e.source_owner) = ANY (reach) THEN
            RAISE EXCEPTION 'line out of reach' USING ERRCODE = 'insufficient_privilege';
        END IF;
        SELECT * INTO m FROM licenses_quantitymovement WHERE id = e.id;
        IF FOUND THEN
            IF (m.source_id, m.target_id, m.quantity, m.reference)
               IS DISTINCT FROM (e.source, e.target, e.quantity, e.reference::varchar) THEN
                RAISE EXCEPTION 'movement % was posted otherwise', e.id USING ERRCODE = 'unique_violation';
            END IF;
            CONTINUE;
        END IF;
        owner := coalesce(e.source_owner, e.target_owner);
        IF head.customer_id IS DISTINCT FROM owner THEN
            UPDATE licenses_ledgerhead SET sequence = head.sequence, chain = head.chain WHERE id = head.id;
            head := licenses_lock_head(owner, 'quantity');
        END IF;
        m.id := e.id; m.customer_id := owner; m.source_id := e.source; m.target_id := e.target;
        m.quantity := e.quantity; m.reason := e.reason; m.reference := e.reference;
        m.effective_on := e.effective_on; m.recorded_at := clock_timestamp(); m.recorded_by_id := who;
        m.reverses_id := e.reverses; m.sequence := head.sequence + 1;
        m.chain := licenses_quantity_link(head.chain, m);
        INSERT INTO licenses_quantitymovement SELECT m.*;
        head.sequence := m.sequence; head.chain := m.chain;
        posted := posted + 1;
    END LOOP;
    UPDATE licenses_ledgerhead SET sequence = head.sequence, chain = head.chain WHERE id = head.id;
    UPDATE sites_agreement SET head_version = head_version + 1
     WHERE id IN (SELECT s.agreement_id FROM licenses_entitlement l JOIN sites_site s ON s.id = l.site_id
                   WHERE s.agreement_id IS NOT NULL AND l.id IN (
                       SELECT x.source FROM jsonb_to_recordset(entries) AS x(source uuid)
                       UNION SELECT x.target FROM jsonb_to_recordset(entries) AS x(target uuid)));
    RETURN posted;
END
$$;
"""

# Points, highest running sum and opening level of the Term of `as_of`, as known at `known`: from the last closing on,
# or, where an entry came late for an earlier day, from the Term's own entries. No row for an Agreement out of reach.
POINTS_AT = """
CREATE FUNCTION licenses_points_at(asked uuid[], as_of date, known timestamptz)
RETURNS TABLE (agreement uuid, term date, points numeric, peak numeric, opening text, ended_points numeric,
               ended_level text, rule_version text, customer_type text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reach uuid[] := readable_agreements();
    a record; mark record; closed record; late record; closing record; e record;
BEGIN
    FOR a IN
        SELECT g.id, g.term_start, c.customer_type AS owner_type
          FROM sites_agreement g JOIN sites_customer c ON c.id = g.customer_id
         WHERE g.id = ANY (asked) AND g.id = ANY (reach) AND g.term_start <= as_of
    LOOP
        agreement := a.id; customer_type := a.owner_type; term := licenses_term_start(a.term_start, as_of);
        opening := NULL; ended_points := NULL; ended_level := NULL; rule_version := NULL;
        SELECT c.through, c.through_at INTO mark FROM licenses_pointsclosing c
         WHERE c.agreement_id = a.id AND c.recorded_at <= known
         ORDER BY c.recorded_at DESC, c.through DESC LIMIT 1;
        SELECT c.day, c.points, c.peak INTO closed FROM licenses_pointsclosing c
         WHERE c.agreement_id = a.id AND c.day BETWEEN term AND as_of AND c.recorded_at <= known
         ORDER BY c.day DESC, c.through DESC LIMIT 1;
        points := coalesce(closed.points, 0); peak := coalesce(closed.peak, 0);
        FOR e IN
            -- First what was recorded since, few entries by their own index, and of these what counts in the Term.
            SELECT since.* FROM (
                SELECT m.effective_on, m.sequence,
                       CASE WHEN m.target_id IS NULL THEN -m.amount ELSE m.amount END AS signed
                  FROM licenses_pointsmovement m
                 WHERE m.agreement_id = a.id AND m.recorded_at <= known
                   AND m.recorded_at >= coalesce(mark.through_at, '-infinity') OFFSET 0) AS since
             WHERE since.sequence > coalesce(mark.through, 0) AND since.effective_on BETWEEN term AND as_of
             ORDER BY since.effective_on, since.sequence
        LOOP
            IF e.effective_on < closed.day THEN
                points := NULL;
                EXIT;
            END IF;
            points := points + e.signed; peak := greatest(peak, points);
        END LOOP;
        IF points IS NULL THEN
            SELECT coalesce(sum(r.signed), 0), greatest(max(r.running), 0) INTO points, peak FROM (
                SELECT s.signed, sum(s.signed) OVER (ORDER BY s.effective_on, s.sequence) AS running FROM (
                    SELECT CASE WHEN m.target_id IS NULL THEN -m.amount ELSE m.amount END AS signed,
                           m.effective_on, m.sequence
                      FROM licenses_pointsmovement m
                     WHERE m.agreement_id = a.id AND m.effective_on BETWEEN term AND as_of
                       AND m.recorded_at <= known) AS s) AS r;
        END IF;
        SELECT c.* INTO closing FROM licenses_termclosing c
         WHERE c.agreement_id = a.id AND c.ends_on = term - 1 AND c.recorded_at <= known
         ORDER BY c.recorded_at DESC LIMIT 1;
        IF closing.recorded_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM licenses_termreopening r
             WHERE r.agreement_id = a.id AND r.starts_on < term AND r.reopened_at <= known
               AND r.reopened_at >= closing.recorded_at) THEN
            opening := closing.opens_with; ended_points := closing.points; ended_level := closing.level;
            rule_version := closing.rule_version;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
"""

STAFF = "(SELECT is_staff('rep', 'operator', 'system'))"
SEEN = "agreement_id = ANY ((SELECT readable_agreements())::uuid[])"
SYSTEM = "(SELECT is_staff('system'))"
DECIDED = """
CREATE FUNCTION licenses_adjustment_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'proposed' OR NEW.proposed_by_id IS DISTINCT FROM current_actor() THEN
            RAISE EXCEPTION 'an adjustment begins as its author''s proposal' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> 'proposed' OR NEW.status NOT IN ('signed', 'rejected', 'withdrawn') THEN
        RAISE EXCEPTION 'an adjustment can''t go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decided_by_id IS DISTINCT FROM current_actor() THEN
        RAISE EXCEPTION 'whoever decides is named' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER licenses_adjustment_steps AFTER INSERT OR UPDATE ON licenses_pointsadjustment
    FOR EACH ROW EXECUTE FUNCTION licenses_adjustment_step();
"""
WALLS = (
    wall("licenses_pointsclosing", read=SEEN, write=SYSTEM, definer=True),
    run("GRANT USAGE ON SEQUENCE licenses_pointsclosing_id_seq, licenses_termclosing_id_seq TO {app}"),
    wall("licenses_termclosing", read=SEEN, write=SYSTEM, definer=True),
    wall("licenses_termreopening", read=SEEN, write=f"{WRITABLE} AND {STAFF}", definer=True),
    wall(
        "licenses_pointsadjustment",
        read=f"{READABLE} AND {STAFF}",
        write=f"{WRITABLE} AND {STAFF}",
        update=("status", "decided_by_id", "decided_at", "decision_reason"),
    ),
    append_only("licenses_pointsclosing"),
    append_only("licenses_termclosing"),
    append_only("licenses_termreopening"),
    run(DECIDED),
    run("CREATE SEQUENCE passage_adjustment_number START 1", "GRANT USAGE ON SEQUENCE passage_adjustment_number TO {app}"),
    tenant_key("licenses_pointsclosing", "agreement_id", "sites_agreement"),
    tenant_key("licenses_termclosing", "agreement_id", "sites_agreement"),
    tenant_key("licenses_termreopening", "agreement_id", "sites_agreement"),
    tenant_key("licenses_pointsadjustment", "agreement_id", "sites_agreement"),
)

class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0009_rule_books'),
        ('sites', '0002_walls'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TermReopening',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('starts_on', models.DateField(verbose_name='Term')),
                ('until', models.DateField(verbose_name='open until')),
                ('reason', models.TextField(verbose_name='reason')),
                ('reopened_at', models.DateTimeField(verbose_name='at')),
                ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='reopenings', to='sites.agreement')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
                ('reopened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 're-opened Term',
                'verbose_name_plural': 're-opened Terms',
                'ordering': ['-reopened_at'],
            },
        ),
        migrations.CreateModel(
            name='PointsAdjustment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(editable=False, unique=True, verbose_name='number')),
                ('points', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='points')),
                ('effective_on', models.DateField(verbose_name='counts for')),
                ('reason', models.TextField(verbose_name='reason')),
                ('status', models.CharField(choices=[('proposed', 'proposed'), ('signed', 'signed'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='proposed', max_length=10, verbose_name='status')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed on')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided on')),
                ('decision_reason', models.TextField(blank=True, verbose_name='reason of the decision')),
                ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='sites.agreement')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
                ('reverses', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='licenses.pointsmovement', verbose_name='takes back')),
                ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site')),
            ],
            options={
                'verbose_name': 'points adjustment',
                'verbose_name_plural': 'points adjustments',
                'ordering': ['-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('points', 0), _negated=True), name='adjustment_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['signed', 'rejected']), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='adjustment_four_eyes'), models.CheckConstraint(condition=models.Q(('status', 'proposed'), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='adjustment_decided_by_somebody'), models.UniqueConstraint(condition=models.Q(('status__in', ['proposed', 'signed'])), fields=('reverses',), name='one_correction_an_entry')],
            },
        ),
        migrations.CreateModel(
            name='PointsClosing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('term_start', models.DateField()),
                ('day', models.DateField()),
                ('points', models.DecimalField(decimal_places=2, max_digits=16)),
                ('peak', models.DecimalField(decimal_places=2, max_digits=16)),
                ('through', models.BigIntegerField()),
                ('through_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.agreement')),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
            ],
            options={
                'verbose_name': 'day closing of points',
                'verbose_name_plural': 'day closings of points',
                'indexes': [models.Index(fields=['agreement', 'recorded_at', 'through'], include=('through_at',), name='points_closed_up_to')],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'day', 'through'), include=('term_start', 'points', 'peak', 'recorded_at'), name='points_closed_once')],
            },
        ),
        migrations.CreateModel(
            name='TermClosing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(verbose_name='ends on')),
                ('points', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='points')),
                ('level', models.CharField(max_length=2, verbose_name='level at its end')),
                ('opens_with', models.CharField(max_length=2, verbose_name='level of the next Term')),
                ('rule_version', models.CharField(max_length=20, verbose_name='rule version')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.agreement')),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
            ],
            options={
                'verbose_name': 'Term closing',
                'verbose_name_plural': 'Term closings',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='closed_term_ordered'), models.UniqueConstraint(fields=('agreement', 'starts_on', 'recorded_at'), name='term_closed_once')],
            },
        ),
        migrations.AddIndex(
            model_name="pointsmovement",
            index=models.Index(fields=["agreement", "recorded_at"], name="points_by_recording"),
        ),
        functions(TERM_START, "licenses_term_start(date, date)"),
        *WALLS,
        functions(CLOSED, "licenses_term_closed(uuid, date)"),
        run(POST_POINTS),
        run(POST_QUANTITIES),
        functions(POINTS_AT, "licenses_points_at(uuid[], date, timestamptz)"),
    ]
