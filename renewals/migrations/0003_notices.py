"""Notices of ends of cover: who was told when, what customers and people chose, runs, addresses of calendars."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import READABLE, WRITABLE, append_only, tenant_key, wall

PORTAL = "(SELECT is_staff('system'))"
WATCHERS = "(SELECT is_staff('operator', 'system'))"
MINE = "user_id = (SELECT current_actor())"
# The customer's ladder is changed by whoever writes for it, a person's own choice by that person alone.
CHOOSES = f"CASE WHEN user_id IS NULL THEN {WRITABLE} ELSE {MINE} AND {READABLE} END"


class Migration(migrations.Migration):

    dependencies = [
        ('renewals', '0002_walls'),
        ('sites', '0009_addresses_that_fail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('told', models.PositiveIntegerField(default=0, verbose_name='told')),
                ('passed', models.PositiveIntegerField(default=0, verbose_name='passed over')),
                ('nobody', models.PositiveIntegerField(default=0, verbose_name='nobody to tell')),
                ('checked_at', models.DateTimeField(null=True, verbose_name='checked at')),
                ('expected', models.PositiveIntegerField(default=0, verbose_name='expected')),
                ('breaks', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'run of notices',
                'verbose_name_plural': 'runs of notices',
                'ordering': ['-day'],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.CharField(db_index=True, max_length=64)),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='revoked at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'calendar address',
                'verbose_name_plural': 'calendar addresses',
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user',), name='one_calendar_address_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ends_on', models.DateField(verbose_name='cover ends')),
                ('rung', models.SmallIntegerField(verbose_name='days before')),
                ('person', models.CharField(max_length=254)),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('language', models.CharField(default='da', max_length=2, verbose_name='language')),
                ('outcome', models.CharField(choices=[('told', 'told'), ('passed', 'passed over'), ('nobody', 'nobody to tell')], max_length=8, verbose_name='outcome')),
                ('reason', models.CharField(blank=True, max_length=20, verbose_name='reason')),
                ('told_on', models.DateField(verbose_name='on')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('data', models.JSONField(default=dict)),
                ('mail', models.CharField(choices=[('off', 'no e-mail'), ('due', 'e-mail waits'), ('sent', 'e-mail sent'), ('refused', 'e-mail came back')], default='off', max_length=8, verbose_name='e-mail')),
                ('mail_tries', models.PositiveIntegerField(default=0)),
                ('mail_after', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True, verbose_name='mailed at')),
                ('mail_reason', models.CharField(blank=True, max_length=500, verbose_name='what the mail server said')),
                ('answer', models.CharField(blank=True, choices=[('confirmed', 'contacts confirmed'), ('change', 'contacts will be changed')], max_length=10, verbose_name='answer')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='answered at')),
                ('agreement', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.agreement')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
                ('site', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'renewal notice',
                'verbose_name_plural': 'renewal notices',
                'ordering': ['-at', 'id'],
                'indexes': [models.Index(condition=models.Q(('mail', 'due')), fields=['mail_after', 'id'], name='notice_mail_due'), models.Index(fields=['ends_on'], name='notice_by_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('agreement__isnull', True), ('site__isnull', True), _connector='XOR'), name='notice_of_one_thing'), models.UniqueConstraint(condition=models.Q(('agreement__isnull', False)), fields=('agreement', 'ends_on', 'rung', 'person'), name='agreement_told_once'), models.UniqueConstraint(condition=models.Q(('site__isnull', False)), fields=('site', 'ends_on', 'rung', 'person'), name='site_told_once'), models.CheckConstraint(condition=models.Q(('outcome', 'told'), ('mail', 'off'), _connector='OR'), name='mail_only_of_what_is_told'), models.CheckConstraint(condition=models.Q(models.Q(('mail', 'sent'), _negated=True), ('mailed_at__isnull', False), _connector='OR'), name='notice_mailed_at_an_instant'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='notice_answered_at_an_instant')],
            },
        ),
        migrations.CreateModel(
            name='NoticeChoice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('rungs', models.JSONField(default=list, verbose_name='days before')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('set_at', models.DateTimeField(verbose_name='at')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.customer')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'choice of notices',
                'verbose_name_plural': 'choices of notices',
                'ordering': ['valid_from', 'set_at', 'id'],
                'indexes': [models.Index(fields=['customer', 'valid_from'], name='notice_choice_of_customer')],
            },
        ),
        wall(
            "renewals_notice",
            write=PORTAL,
            update=("mail", "mail_tries", "mail_after", "mailed_at", "mail_reason", "answer", "answered_at"),
        ),
        tenant_key("renewals_notice", "agreement_id", "sites_agreement"),
        tenant_key("renewals_notice", "site_id", "sites_site"),
        wall("renewals_noticechoice", write=CHOOSES),
        append_only("renewals_noticechoice"),
        wall(
            "renewals_noticerun",
            read=WATCHERS,
            write=PORTAL,
            update=("finished_at", "told", "passed", "nobody", "checked_at", "expected", "breaks"),
        ),
        wall("renewals_calendarfeed", read=f"({MINE} OR {PORTAL})", write=MINE, update=("revoked_at",)),
    ]
