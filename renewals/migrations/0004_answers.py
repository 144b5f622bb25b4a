"""What a customer chooses of a quote's lines, and in whose hands an open quote is."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import tenant_key, wall


class Migration(migrations.Migration):

    dependencies = [
        ('licenses', '0016_split_lines'),
        ('renewals', '0003_notices'),
        ('sites', '0008_operators_work'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20, verbose_name='quote number')),
                ('turn', models.CharField(choices=[('partner', 'with the partner'), ('rep', 'with the IBM rep'), ('proposed', 'proposed'), ('replied', 'answered'), ('customer', 'over')], max_length=10, verbose_name='whose turn')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('asked_at', models.DateTimeField(verbose_name='asked on')),
                ('reply', models.TextField(blank=True, verbose_name='answer')),
                ('lines', models.JSONField(default=list)),
                ('replied_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer', verbose_name='customer')),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.partner', verbose_name='partner')),
                ('quote', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='renewals.renewalquote')),
                ('replied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'question about a quote',
                'verbose_name_plural': 'questions about quotes',
                'ordering': ['-asked_at', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('turn', 'customer'), _negated=True), fields=('customer', 'number'), name='one_hand_over_a_quote'), models.CheckConstraint(condition=models.Q(('turn', 'customer'), ('closed_at__isnull', True), _connector='XOR'), name='hand_over_closed_once'), models.CheckConstraint(condition=models.Q(models.Q(('turn__in', ['partner', 'proposed']), _negated=True), ('partner__isnull', False), _connector='OR'), name='hand_over_to_somebody')],
            },
        ),
        migrations.CreateModel(
            name='LineChoice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('anniversary', 'anniversary quote'), ('transition', 'transition quote'), ('express', 'Express renewal')], max_length=12, verbose_name='kind')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('quantity', models.BigIntegerField(verbose_name='quantity')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('chosen_at', models.DateTimeField(verbose_name='chosen on')),
                ('ended_at', models.DateTimeField(null=True)),
                ('chosen_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
                ('entitlement', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='licenses.entitlement')),
                ('quote', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='choices', to='renewals.renewalquote')),
            ],
            options={
                'verbose_name': 'choice of a line',
                'verbose_name_plural': 'choices of lines',
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='choice_not_negative'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('customer', 'due_on', 'kind', 'entitlement'), name='one_choice_a_line')],
            },
        ),
        wall("renewals_linechoice", update=("ended_at",)),
        tenant_key("renewals_linechoice", "quote_id", "renewals_renewalquote"),
        wall(
            "renewals_handover",
            update=("turn", "reply", "lines", "replied_by_id", "replied_at", "closed_at"),
        ),
        tenant_key("renewals_handover", "quote_id", "renewals_renewalquote"),
    ]
