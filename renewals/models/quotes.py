"""Quotes and their lines, each version frozen; what is chosen of them, whose turn it is, and the runs over all."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licenses.models import Entitlement
from sites.models import Agreement, Customer, Partner, Site
from sites.models.base import TenantQuerySet, UUIDModel


class RenewalQuote(UUIDModel):
    """One version of a renewal quote. What it was built from is kept, so that it can be judged stale."""

    class Kind(models.TextChoices):
        ANNIVERSARY = "anniversary", _("anniversary quote")
        TRANSITION = "transition", _("transition quote")
        EXPRESS = "express", _("Express renewal")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        SUPERSEDED = "superseded", _("superseded")
        EXPIRED = "expired", _("expired")

    number = models.CharField(_("quote number"), max_length=20)
    version = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ISSUED)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="renewal_quotes")
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="quotes", db_constraint=False)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", db_constraint=False)
    anniversary = models.DateField(_("anniversary"), null=True)
    ordered_on = models.DateField(_("priced as of"))
    rsvp_level = models.CharField(_("RSVP level"), max_length=2)
    quote_level = models.CharField(_("quote's own level"), max_length=2)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    demonstration_prices = models.BooleanField(default=False)
    valid_until = models.DateField(_("valid until"))
    language = models.CharField(_("language"), max_length=2)
    left_out = models.JSONField(default=list)
    rule_version = models.CharField(max_length=20)
    price_list = models.CharField(max_length=80)
    built_from = models.BigIntegerField()
    issued_at = models.DateTimeField()
    answered_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer_reason = models.TextField(_("reason"), blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("renewal quote")
        verbose_name_plural = _("renewal quotes")
        ordering = ["-issued_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="quote_version_once"),
            models.UniqueConstraint(
                fields=["number"], condition=Q(status__in=["issued", "accepted"]), name="one_live_version"
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="quote_of_customer"),
        ]
        indexes = [models.Index(fields=["valid_until"], condition=Q(status="issued"), name="quote_runs_out")]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"


class QuoteLine(UUIDModel):
    """One line of a quote, with its derivation."""

    # Guarded by the quote's key, which is the customer's too, and found by the constraint below.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    quote = models.ForeignKey(RenewalQuote, models.CASCADE, related_name="lines", db_constraint=False, db_index=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+")
    item = models.PositiveIntegerField(_("item"))
    site_number = models.CharField(_("site"), max_length=10)
    part_number = models.CharField(_("part number"), max_length=12)
    renewal_part = models.CharField(_("renewal part"), max_length=12)
    description = models.CharField(_("description"), max_length=300)
    quantity = models.BigIntegerField(_("quantity"))
    order_reference = models.CharField(_("order reference"), max_length=40)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=2)
    cover_start = models.DateField(_("cover start"))
    cover_end = models.DateField(_("cover end"))
    months = models.PositiveIntegerField(_("months"))
    list_unit_price = models.DecimalField(_("list price"), max_digits=14, decimal_places=2)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    why = models.JSONField(default=dict)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        ordering = ["item"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quote_line_of_something"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="quote_line_not_negative"),
            models.UniqueConstraint(fields=["quote", "entitlement"], name="quote_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.part_number}"


class LineChoice(UUIDModel):
    """The customer renews `quantity` units of a line, 0 for none, with the order of `due_on`, and says why not all.

    `due_on` is the quote's Anniversary, or the day of an Express renewal. In force until `ended_at`: another choice, or
    all of it taken back.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    quote = models.ForeignKey(RenewalQuote, models.PROTECT, related_name="choices", db_constraint=False)
    kind = models.CharField(_("kind"), max_length=12, choices=RenewalQuote.Kind)
    due_on = models.DateField(_("due on"))
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField(_("quantity"))
    reason = models.TextField(_("reason"), blank=True)
    chosen_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+", db_index=False)
    chosen_at = models.DateTimeField(_("chosen on"))
    ended_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of a line")
        verbose_name_plural = _("choices of lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="choice_not_negative"),
            models.UniqueConstraint(
                fields=["customer", "due_on", "kind", "entitlement"],
                condition=Q(ended_at__isnull=True),
                name="one_choice_a_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.entitlement_id}"


class HandOver(UUIDModel):
    """A quote in other hands than the customer's: a partner's who prepares it, or a rep's who is asked about it.

    It is about all versions of `number`. `note` is what the customer says or asks, `reply` what came back; `lines` is
    what a partner proposes: entitlement, quantity, reason of each line that isn't to be renewed whole. `turn` is
    "customer" once it is over.
    """

    class Turn(models.TextChoices):
        PARTNER = "partner", _("with the partner")
        REP = "rep", _("with the IBM rep")
        PROPOSED = "proposed", _("proposed")
        REPLIED = "replied", _("answered")
        CUSTOMER = "customer", _("over")

    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"), related_name="+")
    quote = models.ForeignKey(RenewalQuote, models.PROTECT, related_name="hand_overs", db_constraint=False)
    number = models.CharField(_("quote number"), max_length=20)
    turn = models.CharField(_("whose turn"), max_length=10, choices=Turn)
    partner = models.ForeignKey(Partner, models.PROTECT, verbose_name=_("partner"), null=True, related_name="+")
    note = models.TextField(_("note"), blank=True)
    asked_by = models.ForeignKey("sites.User", models.PROTECT, verbose_name=_("asked by"), related_name="+")
    asked_at = models.DateTimeField(_("asked on"))
    reply = models.TextField(_("answer"), blank=True)
    lines = models.JSONField(default=list)
    replied_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a quote")
        verbose_name_plural = _("questions about quotes")
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "number"], condition=~Q(turn="customer"), name="one_hand_over_a_quote"
            ),
            models.CheckConstraint(
                condition=Q(turn="customer") ^ Q(closed_at__isnull=True),
                name="hand_over_closed_once",
            ),
            models.CheckConstraint(
                condition=~Q(turn__in=["partner", "proposed"]) | Q(partner__isnull=False), name="hand_over_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class QuoteRun(models.Model):
    """What the runs over all Agreements and Express sites did on a business day: the night's, and what came after it.

    `due` were to be looked at, `looked_at` have been; the others count what was written, lines that no quote could
    take, and Agreements and sites that were put aside.
    """

    on = models.DateField(_("business day"), unique=True)
    started_at = models.DateTimeField(_("started"))
    worked_at = models.DateTimeField(_("last sign of work"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    due = models.PositiveIntegerField(_("due"), default=0)
    looked_at = models.PositiveIntegerField(_("looked at"), default=0)
    issued = models.PositiveIntegerField(_("quotes issued"), default=0)
    superseded = models.PositiveIntegerField(_("quotes superseded"), default=0)
    expired = models.PositiveIntegerField(_("quotes expired"), default=0)
    left_out = models.PositiveIntegerField(_("lines left out"), default=0)
    put_aside = models.PositiveIntegerField(_("put aside"), default=0)

    class Meta:
        verbose_name = _("run of renewal quotes")
        verbose_name_plural = _("runs of renewal quotes")
        ordering = ["-on"]

    def __str__(self) -> str:
        return self.on.isoformat()


class QuotePutAside(models.Model):
    """An Agreement or Express site whose data no quote could be made of, with the reason: the run went on without it.

    It is tried again when its facts, prices or rules are others than these, or on another day.
    """

    subject_type = models.CharField(_("kind"), max_length=9)
    subject_id = models.UUIDField(unique=True)
    number = models.CharField(_("number"), max_length=10)
    reason = models.TextField(_("reason"))
    since = models.DateTimeField(_("since"))
    tries = models.PositiveIntegerField(_("tries"), default=1)
    tried_on = models.DateField(_("last tried"))
    head_version = models.BigIntegerField()
    prices = models.BigIntegerField()
    rules = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("put aside")
        verbose_name_plural = _("put aside")
        ordering = ["since"]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"
