"""Notices of ends of cover: what was told to whom, what each chose, and the address of a person's calendar."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sites.models import Agreement, Customer, Site
from sites.models.base import TenantQuerySet, UUIDModel

if TYPE_CHECKING:
    from sites.tenancy import Actor


class Notice(UUIDModel):
    """One person at one rung of the ladder (rule T9): told that cover ends on `ends_on`, or not, and why.

    Under an Agreement it concerns what renews at the Anniversary after `ends_on`, or lines that end on that day
    before it; on an Express site the lines that end on that day. `rung` is in days before the end, -1 the day after.
    `person` is the user's key, or the address of a contact who doesn't sign in; `data` the figures as they were told.
    """

    class Outcome(models.TextChoices):
        TOLD = "told", _("told")
        PASSED = "passed", _("passed over")
        NOBODY = "nobody", _("nobody to tell")

    class Mail(models.TextChoices):
        OFF = "off", _("no e-mail")
        DUE = "due", _("e-mail waits")
        SENT = "sent", _("e-mail sent")
        REFUSED = "refused", _("e-mail came back")

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", _("contacts confirmed")
        CHANGE = "change", _("contacts will be changed")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="+", db_constraint=False)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", db_constraint=False)
    ends_on = models.DateField(_("cover ends"))
    rung = models.SmallIntegerField(_("days before"))
    person = models.CharField(max_length=254)
    user = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="da")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    told_on = models.DateField(_("on"))
    at = models.DateTimeField(_("at"))
    data = models.JSONField(default=dict)
    mail = models.CharField(_("e-mail"), max_length=8, choices=Mail, default=Mail.OFF)
    mail_tries = models.PositiveIntegerField(default=0)
    mail_after = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)
    mail_reason = models.CharField(_("what the mail server said"), max_length=500, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("renewal notice")
        verbose_name_plural = _("renewal notices")
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreement__isnull=True) ^ Q(site__isnull=True), name="notice_of_one_thing"
            ),
            models.UniqueConstraint(
                fields=["agreement", "ends_on", "rung", "person"],
                condition=Q(agreement__isnull=False),
                name="agreement_told_once",
            ),
            models.UniqueConstraint(
                fields=["site", "ends_on", "rung", "person"], condition=Q(site__isnull=False), name="site_told_once"
            ),
            models.CheckConstraint(condition=Q(outcome="told") | Q(mail="off"), name="mail_only_of_what_is_told"),
            models.CheckConstraint(
                condition=~Q(mail="sent") | Q(mailed_at__isnull=False), name="notice_mailed_at_an_instant"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | Q(~Q(answer=""), answered_at__isnull=False),
                name="notice_answered_at_an_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_after", "id"], condition=Q(mail="due"), name="notice_mail_due"),
            models.Index(fields=["ends_on"], name="notice_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.ends_on} {self.rung} {self.name}"


class NoticeChoice(UUIDModel):
    """At which rungs a customer's people are told, or at which of them one person gets e-mail; in force from a day.

    Rows are added and never changed: the latest in force counts.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    user = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    rungs = models.JSONField(_("days before"), default=list)
    valid_from = models.DateField(_("valid from"))
    set_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("at"))

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        ordering = ["valid_from", "set_at", "id"]
        indexes = [models.Index(fields=["customer", "valid_from"], name="notice_choice_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.user_id or ''} {self.rungs}"


class NoticeRun(UUIDModel):
    """A day's run of the ladder, and the check that derives the same another way."""

    day = models.DateField(_("day"), unique=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    told = models.PositiveIntegerField(_("told"), default=0)
    passed = models.PositiveIntegerField(_("passed over"), default=0)
    nobody = models.PositiveIntegerField(_("nobody to tell"), default=0)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    expected = models.PositiveIntegerField(_("expected"), default=0)
    breaks = models.JSONField(default=list)

    class Meta:
        verbose_name = _("run of notices")
        verbose_name_plural = _("runs of notices")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)


class FeedQuerySet(models.QuerySet):
    """A calendar's address is its person's alone."""

    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(user_id=actor.user_id)


class CalendarFeed(UUIDModel):
    """A person's private address of a calendar of renewals; the token in it is kept as a hash alone."""

    user = models.ForeignKey("sites.User", models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(_("made at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="one_calendar_address_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"
