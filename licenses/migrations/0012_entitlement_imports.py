"""What customers hold comes in by files; declared by some, counted once a rep accepts it."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import WRITABLE, functions, run, tenant_key, wall

# The table of licenses/rules/workflow.py, one version at a time; what is decided stays, and the desk alone decides.
STEPS = """
CREATE FUNCTION licenses_entitlement_import_step() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.status IN ('accepted', 'rejected') THEN
        RAISE EXCEPTION 'this import is %', OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version <> OLD.version AND NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'version % can''t follow %', NEW.version, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) <> ALL (ARRAY[
        'uploaded>checking', 'uploaded>failed', 'checking>checked', 'checking>failed', 'checked>checking',
        'failed>checking', 'checked>applying', 'applying>accepted', 'applying>checked', 'checked>rejected']) THEN
        RAISE EXCEPTION 'an import can''t go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND NEW.status IN ('applying', 'accepted', 'rejected')
       AND NOT is_staff('rep', 'operator', 'system') THEN
        RAISE EXCEPTION 'the desk decides' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER licenses_entitlement_import_steps BEFORE UPDATE ON licenses_entitlementimport
    FOR EACH ROW EXECUTE FUNCTION licenses_entitlement_import_step();

CREATE FUNCTION licenses_entitlement_row_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM licenses_entitlementimport
                WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.file_import_id ELSE OLD.file_import_id END
                  AND status NOT IN ('checking', 'applying')) THEN
        RAISE EXCEPTION 'rows are written while they are checked or recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER licenses_entitlement_rows_kept BEFORE INSERT OR UPDATE OR DELETE ON licenses_entitlementimportrow
    FOR EACH ROW EXECUTE FUNCTION licenses_entitlement_row_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0011_points_reversals'),
        ('sites', '0007_reach_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EntitlementImport',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(editable=False, unique=True, verbose_name='number')),
                ('created_at', models.DateTimeField(verbose_name='uploaded on')),
                ('file', models.FileField(upload_to='entitlements/', verbose_name='file')),
                ('filename', models.CharField(max_length=200, verbose_name='file name')),
                ('fingerprint', models.CharField(max_length=64)),
                ('declared', models.BooleanField(default=True, verbose_name='declared')),
                ('status', models.CharField(choices=[('uploaded', 'uploaded'), ('checking', 'checking'), ('checked', 'checked'), ('applying', 'being recorded'), ('accepted', 'accepted'), ('rejected', 'rejected'), ('failed', 'failed')], default='uploaded', max_length=10, verbose_name='status')),
                ('version', models.PositiveIntegerField(default=1)),
                ('headings', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('taught', models.JSONField(default=dict)),
                ('faults', models.JSONField(default=list)),
                ('compared', models.CharField(blank=True, max_length=32)),
                ('rows_read', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('rows_rejected', models.PositiveIntegerField(default=0, verbose_name='not read')),
                ('rows_new', models.PositiveIntegerField(default=0, verbose_name='new')),
                ('rows_changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('rows_gone', models.PositiveIntegerField(default=0, verbose_name='gone')),
                ('rows_same', models.PositiveIntegerField(default=0, verbose_name='the same')),
                ('checked_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_reason', models.TextField(blank=True, verbose_name='reason')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer', verbose_name='customer')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'license import',
                'verbose_name_plural': 'license imports',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='EntitlementImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(null=True, verbose_name='row')),
                ('outcome', models.CharField(choices=[('new', 'new'), ('changed', 'changed'), ('same', 'the same'), ('gone', 'gone'), ('rejected', 'not read')], max_length=8, verbose_name='outcome')),
                ('readable', models.BooleanField(default=False)),
                ('part_number', models.CharField(blank=True, max_length=12, verbose_name='part number')),
                ('kind', models.CharField(blank=True, max_length=24, verbose_name='kind')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('quantity', models.BigIntegerField(null=True, verbose_name='quantity')),
                ('order_reference', models.CharField(blank=True, max_length=40, verbose_name='order reference')),
                ('acquired_on', models.DateField(null=True, verbose_name='acquired on')),
                ('coverage_start', models.DateField(null=True, verbose_name='cover start')),
                ('coverage_end', models.DateField(null=True, verbose_name='cover end')),
                ('points', models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name='points')),
                ('before_quantity', models.BigIntegerField(null=True, verbose_name='quantity before')),
                ('adds_from', models.DateField(null=True)),
                ('adds_to', models.DateField(null=True)),
                ('values', models.JSONField(default=dict)),
                ('errors', models.JSONField(default=list)),
                ('against', models.JSONField(default=list)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
                ('entitlement', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='licenses.entitlement')),
                ('file_import', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='licenses.entitlementimport')),
                ('site', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site')),
            ],
            options={
                'verbose_name': 'row',
                'verbose_name_plural': 'rows',
            },
        ),
        migrations.AddIndex(
            model_name='entitlementimport',
            index=models.Index(fields=['customer', '-number'], name='holdings_import_latest'),
        ),
        migrations.AddConstraint(
            model_name='entitlementimport',
            constraint=models.UniqueConstraint(fields=('customer', 'id'), name='holdings_import_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='entitlementimport',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['uploaded', 'checking', 'checked', 'applying'])), fields=('site', 'fingerprint'), name='same_holdings_once'),
        ),
        migrations.AddIndex(
            model_name='entitlementimportrow',
            index=models.Index(fields=['file_import', 'outcome', 'id'], name='holdings_row_by_outcome'),
        ),
        migrations.AddIndex(
            model_name='entitlementimportrow',
            index=models.Index(fields=['entitlement'], name='holdings_row_by_line'),
        ),
        migrations.AddConstraint(
            model_name='entitlementimportrow',
            constraint=models.UniqueConstraint(fields=('file_import', 'number'), name='holdings_row_once'),
        ),
        migrations.AddConstraint(
            model_name='entitlementimportrow',
            constraint=models.CheckConstraint(condition=models.Q(('readable', False), models.Q(('acquired_on__isnull', False), ('quantity__gt', 0), ('site__isnull', False), models.Q(('part_number', ''), _negated=True)), _connector='OR'), name='readable_holdings_row_whole'),
        ),
        functions(STEPS, "licenses_entitlement_import_step()", "licenses_entitlement_row_kept()"),
        run(
            "CREATE SEQUENCE passage_holdings_import_number START 1001",
            "GRANT USAGE ON SEQUENCE passage_holdings_import_number TO {app}",
            "GRANT USAGE ON SEQUENCE licenses_entitlementimportrow_id_seq TO {app}",
        ),
        wall(
            "licenses_entitlementimport",
            insert=f"created_by_id = current_actor() AND {WRITABLE}",
            update=(
                "status, version, headings, mapping, taught, faults, compared, rows_read, rows_rejected, rows_new,"
                " rows_changed, rows_gone, rows_same, checked_at, decided_by_id, decided_at, decision_reason",
            ),
        ),
        wall(
            "licenses_entitlementimportrow",
            update=("outcome", "entitlement_id", "before_quantity", "adds_from", "adds_to", "against"),
            delete=True,
        ),
        tenant_key("licenses_entitlementimport", "site_id", "sites_site"),
        tenant_key("licenses_entitlementimportrow", "file_import_id", "licenses_entitlementimport"),
        tenant_key("licenses_entitlementimportrow", "site_id", "sites_site"),
        tenant_key("licenses_entitlementimportrow", "entitlement_id", "licenses_entitlement"),
    ]
