"""Addresses at which mail was refused for good: tasks for the reps of their customers."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0008_operators_work'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeadAddress',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('source', models.CharField(choices=[('server', 'the mail server'), ('person', 'somebody')], max_length=6, verbose_name='told by')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('handled_at', models.DateTimeField(null=True, verbose_name='dealt with at')),
                ('handled_note', models.CharField(blank=True, max_length=500, verbose_name='what was done')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
                ('handled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': "address that doesn't work",
                'verbose_name_plural': "addresses that don't work",
                'ordering': ['-found_at', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('handled_at__isnull', True)), fields=('customer', 'email'), name='one_task_an_address'), models.CheckConstraint(condition=models.Q(models.Q(('handled_at__isnull', True), ('handled_by__isnull', True)), models.Q(('handled_at__isnull', False), ('handled_by__isnull', False)), _connector='OR'), name='address_dealt_with_by_somebody')],
            },
        ),
        wall("sites_deadaddress", update=("handled_at", "handled_by_id", "handled_note")),
    ]
