"""Prices come in by files that two people put into force; a price once written can only end."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import functions, run, wall

STAFF = "is_staff('rep', 'operator', 'system')"
# A rep works on lists of the own countries.
TERRITORY = (
    "is_staff('operator', 'system') OR price_list_id IN"
    " (SELECT l.id FROM licenses_pricelist l WHERE l.country = ANY ((SELECT staff_territories())::text[]))"
)
ROW_TERRITORY = (
    "is_staff('operator', 'system') OR price_import_id IN"
    " (SELECT i.id FROM licenses_priceimport i JOIN licenses_pricelist l ON l.id = i.price_list_id"
    " WHERE l.country = ANY ((SELECT staff_territories())::text[]))"
)

# Every writing of prices raises the version of their list: what was built from an older one is stale.
LIST_MOVED = """
CREATE FUNCTION licenses_price_list_moved() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE licenses_pricelist SET version = version + 1 WHERE id IN (SELECT price_list_id FROM removed);
    ELSE
        UPDATE licenses_pricelist SET version = version + 1 WHERE id IN (SELECT price_list_id FROM written);
    END IF;
    RETURN NULL;
END
$$;
"""
LIST_TRIGGERS = (
    "CREATE TRIGGER licenses_price_added AFTER INSERT ON licenses_price"
    " REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION licenses_price_list_moved()",
    "CREATE TRIGGER licenses_price_changed AFTER UPDATE ON licenses_price"
    " REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION licenses_price_list_moved()",
    "CREATE TRIGGER licenses_price_removed AFTER DELETE ON licenses_price"
    " REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION licenses_price_list_moved()",
)

# A price is removed only where an import that is in force replaces it before it ever held.
REMOVAL = """
CREATE FUNCTION licenses_price_removal() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM licenses_priceimport
                    WHERE price_list_id = OLD.price_list_id AND status = 'in_force'
                      AND effective_on <= OLD.valid_from) THEN
        RAISE EXCEPTION 'the price of % from % stays', OLD.part_id, OLD.valid_from
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER licenses_price_removals BEFORE DELETE ON licenses_price
    FOR EACH ROW EXECUTE FUNCTION licenses_price_removal();
"""

# The table of licenses/rules/price_workflow.py, one version at a time; what is decided stays as it was decided.
STEPS = """
CREATE FUNCTION licenses_price_import_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.status IN ('in_force', 'rejected', 'failed') THEN
        RAISE EXCEPTION 'this import is %', OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version <> OLD.version AND NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'version % can''t follow %', NEW.version, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) <> ALL (ARRAY[
        'uploaded>checking', 'uploaded>failed', 'checking>checked', 'checking>failed', 'checked>checking',
        'checked>in_force', 'checked>rejected']) THEN
        RAISE EXCEPTION 'an import can''t go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER licenses_price_import_steps BEFORE UPDATE ON licenses_priceimport
    FOR EACH ROW EXECUTE FUNCTION licenses_price_import_step();

CREATE FUNCTION licenses_price_row_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM licenses_priceimport WHERE id = coalesce(OLD.price_import_id, NEW.price_import_id)
                  AND status <> 'checking') THEN
        RAISE EXCEPTION 'rows are written while they are checked' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER licenses_price_rows_kept BEFORE INSERT OR UPDATE OR DELETE ON licenses_priceimportrow
    FOR EACH ROW EXECUTE FUNCTION licenses_price_row_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0004_references_stay_home'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PriceImport',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(editable=False, unique=True, verbose_name='number')),
                ('effective_on', models.DateField(verbose_name='effective day')),
                ('created_at', models.DateTimeField(verbose_name='uploaded on')),
                ('file', models.FileField(upload_to='price-lists/', verbose_name='file')),
                ('filename', models.CharField(max_length=200, verbose_name='file name')),
                ('fingerprint', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('uploaded', 'uploaded'), ('checking', 'checking'), ('checked', 'checked'), ('in_force', 'in force'), ('rejected', 'rejected'), ('failed', 'failed')], default='uploaded', max_length=10, verbose_name='status')),
                ('version', models.PositiveIntegerField(default=1)),
                ('faults', models.JSONField(default=list)),
                ('compared_with', models.BigIntegerField(null=True)),
                ('rows_read', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('rows_invalid', models.PositiveIntegerField(default=0, verbose_name='not valid')),
                ('rows_new', models.PositiveIntegerField(default=0, verbose_name='new')),
                ('rows_changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('rows_gone', models.PositiveIntegerField(default=0, verbose_name='gone')),
                ('rows_same', models.PositiveIntegerField(default=0, verbose_name='the same')),
                ('replaced', models.PositiveIntegerField(default=0)),
                ('checked_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_reason', models.TextField(blank=True, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'price import',
                'verbose_name_plural': 'price imports',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='PriceImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(null=True, verbose_name='row')),
                ('outcome', models.CharField(choices=[('valid', 'valid'), ('invalid', 'invalid')], max_length=8, verbose_name='outcome')),
                ('change', models.CharField(blank=True, choices=[('new', 'new'), ('changed', 'changed'), ('gone', 'gone'), ('same', 'the same')], max_length=8, verbose_name='change')),
                ('part_number', models.CharField(blank=True, max_length=20, verbose_name='part number')),
                ('level', models.CharField(blank=True, max_length=2, verbose_name='level')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name='price')),
                ('list_amount', models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name='list price')),
                ('before_amount', models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name='price before')),
                ('valid_from', models.DateField(null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(null=True, verbose_name='valid to')),
                ('values', models.JSONField(default=dict)),
                ('errors', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'row',
                'verbose_name_plural': 'rows',
            },
        ),
        migrations.AddField(
            model_name='price',
            name='list_amount',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='list price'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='version',
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='part',
            name='kind',
            field=models.CharField(choices=[('LICENSE_PLUS_S&S', 'license with S&S'), ('S&S_RENEWAL', 'S&S renewal'), ('S&S_REINSTATEMENT', 'S&S reinstatement'), ('TRADE_UP', 'trade-up'), ('EXTENDED_SUPPORT', 'extended support'), ('ADVANCED_SUPPORT', 'advanced support'), ('MONTHLY_LICENSE', 'monthly license'), ('COMMITTED_TERM_LICENSE', 'committed term license'), ('SUBSCRIPTION_LICENSE', 'subscription license'), ('SAAS', 'SaaS'), ('APPLIANCE', 'appliance'), ('APPLIANCE_RENEWAL', 'appliance renewal'), ('APPLIANCE_SERVICE', 'appliance service'), ('MEDIA_IMAGE', 'media'), ('OTHER', 'other')], max_length=24, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(condition=models.Q(('list_amount__isnull', True), ('list_amount__gte', 0), _connector='OR'), name='list_price_not_negative'),
        ),
        migrations.AddField(
            model_name='priceimport',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by'),
        ),
        migrations.AddField(
            model_name='priceimport',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='priceimport',
            name='price_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='licenses.pricelist', verbose_name='price list'),
        ),
        migrations.AddField(
            model_name='priceimportrow',
            name='price_import',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='licenses.priceimport'),
        ),
        migrations.AddConstraint(
            model_name='priceimport',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['failed', 'rejected']), _negated=True), fields=('price_list', 'effective_on', 'fingerprint'), name='same_prices_once'),
        ),
        migrations.AddConstraint(
            model_name='priceimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'in_force'), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('created_by')), _negated=True)), _connector='OR'), name='prices_by_two_people'),
        ),
        migrations.AddIndex(
            model_name='priceimportrow',
            index=models.Index(fields=['price_import', 'change'], name='price_row_by_change'),
        ),
        migrations.AddIndex(
            model_name='priceimportrow',
            index=models.Index(fields=['price_import', 'part_number', 'level'], name='price_row_by_key'),
        ),
        migrations.AddConstraint(
            model_name='priceimportrow',
            constraint=models.UniqueConstraint(fields=('price_import', 'number'), name='price_row_once'),
        ),
        migrations.AddConstraint(
            model_name='priceimportrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', False), ('outcome', 'valid'), _negated=True), models.Q(('amount__gte', 0), ('valid_from__isnull', False), models.Q(('part_number', ''), _negated=True), models.Q(('level', ''), _negated=True)), _connector='OR'), name='valid_price_row_whole'),
        ),
        functions(LIST_MOVED, "licenses_price_list_moved()"),
        functions(REMOVAL, "licenses_price_removal()"),
        functions(STEPS, "licenses_price_import_step()", "licenses_price_row_kept()"),
        run(*LIST_TRIGGERS),
        # A price that was written stays; it can only end.
        run(
            "REVOKE UPDATE ON licenses_price FROM {app}",
            "GRANT UPDATE (valid_to) ON licenses_price TO {app}",
            "GRANT DELETE ON licenses_price TO {app}",
            "CREATE SEQUENCE passage_price_import_number START 1001",
            "GRANT USAGE ON SEQUENCE passage_price_import_number TO {app}",
            "GRANT USAGE ON SEQUENCE licenses_priceimportrow_id_seq TO {app}",
        ),
        wall(
            "licenses_priceimport",
            read=STAFF,
            write=TERRITORY,
            insert=f"created_by_id = current_actor() AND ({TERRITORY})",
            update=(
                "status, version, faults, compared_with, rows_read, rows_invalid, rows_new, rows_changed, rows_gone,"
                " rows_same, replaced, checked_at, decided_by_id, decided_at, decision_reason",
            ),
        ),
        wall(
            "licenses_priceimportrow",
            read=STAFF,
            write=ROW_TERRITORY,
            update=("change", "before_amount"),
            delete=True,
        ),
    ]
