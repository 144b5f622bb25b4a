"""The desk: the queue of enrollments, and who everybody is."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from sites.admin_base import CaseAdmin, CaseButton, DeskAdmin, actor_of, seen_version
from sites.clock import now, today
from sites.events import history
from sites.forms import MembershipForm
from sites.models import (
    Agreement,
    Customer,
    DeadAddress,
    Enrollment,
    Mandate,
    Membership,
    OwnershipDeclaration,
    Partner,
    RefusalCount,
    ScheduleEntry,
    Site,
    SiteContact,
    StaffRole,
    User,
)
from sites.operations import take
from sites.operations.addresses import deal_with_address
from sites.queries import case_of, enrollment_case, enrollments_of, refusals_by_week
from sites.tenancy import Actor
from sites.views import shown
from sites.views.enrollments import done
from sites.words import ENROLLMENT_STEPS, blocker_as_json

OPERATOR = frozenset({"operator"})


class CountryFilter(admin.SimpleListFilter):
    """The countries that occur, not all there are."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = model_admin.get_queryset(request).order_by("country").values_list("country", flat=True).distinct()
        return [(str(code), countries.name(str(code))) for code in found if code]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(country=self.value()) if self.value() else queryset


@admin.register(Enrollment)
class EnrollmentAdmin(CaseAdmin):
    """The queue: what waits for a decision first, the oldest on top."""

    list_display = ("company_name", "kind", "status", "waiting", "country", "partner", "submitted_at")
    list_filter = ("status", "kind", CountryFilter)
    list_select_related = ("customer", "partner")
    case_template = "admin/sites/enrollment/case.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrollment]:
        first = Case(When(status="submitted", then=Value(0)), default=Value(1), output_field=IntegerField())
        return enrollments_of(actor_of(request)).annotate(queue=first)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("queue", "submitted_at", "created_at", "id")

    @admin.display(description=_("company"))
    def company_name(self, enrollment: Enrollment) -> str:
        return str(enrollment.company.get("name", ""))

    @admin.display(description=_("waits since"))
    def waiting(self, enrollment: Enrollment) -> str:
        days = shown.waits_since(enrollment, now())
        return "–" if days is None else ngettext("%(days)s day", "%(days)s days", days) % {"days": days}

    def buttons(self, actor: Actor, case: Enrollment) -> Sequence[CaseButton]:
        return [
            CaseButton(verb, str(ENROLLMENT_STEPS[verb]), verb in ("return", "reject"))
            for verb in case_of(actor, case, today()).actions
        ]

    def case_context(self, request: HttpRequest, case: Enrollment) -> dict[str, Any]:
        found = enrollment_case(actor_of(request), case.pk, today())
        asks_number = case.kind == Enrollment.Kind.ORIGINATING and "accept" in found.actions
        return {
            "facts": shown.facts(found, today()),
            "company": shown.company(case),
            "contacts": shown.contacts(case),
            "events": shown.happenings(found),
            "waits": [blocker_as_json(blocker) for blocker in found.blockers],
            "newcomer": case.customer is None,
            "version": case.version,
            "asked_number": case.agreement_number if asks_number else None,
            "asks_number": asks_number,
        }

    def decide(self, *, actor: Actor, case: Enrollment, verb: str, reason: str, typed: dict[str, str]) -> str:
        take(
            actor=actor,
            at=now(),
            on=today(),
            enrollment_id=case.pk,
            action=verb,
            reason=reason,
            agreement_number=typed.get("agreement_number", ""),
            version=seen_version(typed),
        )
        return done(verb)


@admin.register(Customer)
class CustomerAdmin(DeskAdmin):
    list_display = ("name", "registration_number", "country", "city", "customer_type", "enterprise")
    list_filter = ("customer_type", CountryFilter)
    list_select_related = ("enterprise",)
    search_fields = ("name", "registration_number")


@admin.register(Partner)
class PartnerAdmin(DeskAdmin):
    list_display = ("name", "number", "country")
    search_fields = ("name", "number")


@admin.register(Agreement)
class AgreementAdmin(DeskAdmin):
    list_display = ("number", "customer", "term_start", "opening_level")
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name")


@admin.register(Site)
class SiteAdmin(DeskAdmin):
    list_display = ("site_number", "name", "customer", "program", "agreement", "originating", "status", "country")
    list_filter = ("program", "status", CountryFilter)
    list_select_related = ("customer", "agreement")
    search_fields = ("site_number", "name", "customer__name")


@admin.register(SiteContact)
class SiteContactAdmin(DeskAdmin):
    list_display = ("name", "email", "role", "site", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("site",)
    search_fields = ("name", "email", "site__site_number")


@admin.register(ScheduleEntry)
class ScheduleEntryAdmin(DeskAdmin):
    list_display = ("name", "registration_number", "agreement", "valid_from", "valid_to")
    list_select_related = ("agreement",)
    search_fields = ("name", "registration_number", "agreement__number")


@admin.register(Mandate)
class MandateAdmin(DeskAdmin):
    """Operators record what a customer has signed; from then on only its reach and its end change."""

    added_by = OPERATOR
    editable_by = OPERATOR
    fixed_fields = ("customer", "partner", "signed_by", "valid_from")
    list_display = ("customer", "partner", "can_write", "includes_consent", "signed_by", "valid_from", "valid_to")
    list_select_related = ("customer", "partner")
    raw_id_fields = ("customer", "partner")
    search_fields = ("customer__name", "partner__name")


@admin.register(Membership)
class MembershipAdmin(DeskAdmin):
    """Operators say who belongs to which customer or Business Partner, and until when."""

    added_by = OPERATOR
    editable_by = OPERATOR
    fixed_fields = ("user", "customer", "partner", "valid_from")
    form = MembershipForm
    list_display = ("user", "customer", "partner", "can_write", "valid_from", "valid_to")
    list_select_related = ("user", "customer", "partner")
    raw_id_fields = ("user", "customer", "partner")
    search_fields = ("user__name", "user__email", "customer__name")


@admin.register(StaffRole)
class StaffRoleAdmin(DeskAdmin):
    seen_by = OPERATOR
    list_display = ("user", "role", "country", "valid_from", "valid_to")
    list_filter = ("role", CountryFilter)
    list_select_related = ("user",)


@admin.register(User)
class UserAdmin(DeskAdmin):
    """Only operators look people up, to say where they belong."""

    seen_by = OPERATOR
    fields = ("name", "email", "language", "is_active", "date_joined")
    list_display = ("name", "email", "language", "is_active", "date_joined")
    search_fields = ("name", "email")


@admin.register(OwnershipDeclaration)
class OwnershipDeclarationAdmin(DeskAdmin):
    """What customers declared to belong together (check V2), withdrawn or not; withdrawn on the portal's own page."""

    list_display = ("customer", "other_customer", "declared_on", "signed_by", "position", "withdrawn_at")
    list_select_related = ("customer", "other_customer")
    search_fields = ("customer__name", "other_customer__name", "signed_by")
    fields = (
        "customer", "other_customer", "declared_on", "signed_by", "position", "under_mandate", "statement",
        "withdrawn_at", "withdrawn_reason",
    )  # fmt: skip


@admin.register(RefusalCount)
class RefusalCountAdmin(DeskAdmin):
    """How often what was refused: by a rule, by a person, by a technical fault, side by side."""

    change_list_template = "admin/sites/refusals.html"
    list_display = ("day", "kind", "code", "count")
    list_filter = ("kind",)
    ordering = ("-day", "kind", "code")
    search_fields = ("code",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The last twelve weeks, a row for each code and week; below it the days."""
        rows = refusals_by_week(today()) if self.has_view_permission(request) else []
        sums = {kind: sum(getattr(row, kind) for row in rows) for kind in ("rule", "person", "technical")}
        told = {"title": _("What was refused, and by whom"), "weeks": rows, "sums": sums}
        return super().changelist_view(request, told | (extra_context or {}))


@admin.register(DeadAddress)
class DeadAddressAdmin(CaseAdmin):
    """Tasks of reps: mail to a contact is refused for good, until the contact or somebody's word changes that."""

    list_display = ("email", "customer", "source", "reason", "found_at", "handled_at")
    list_filter = (("handled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("customer",)
    search_fields = ("email", "customer__name")

    def buttons(self, actor: Actor, case: DeadAddress) -> Sequence[CaseButton]:
        return [] if case.handled_at else [CaseButton("handled", gettext("Mark as dealt with"), reason_required=True)]

    def case_context(self, request: HttpRequest, case: DeadAddress) -> dict[str, Any]:
        contacts = SiteContact.objects.visible_to(actor_of(request)).valid_on(today())
        named = contacts.filter(customer=case.customer_id, email__iexact=case.email).select_related("site")
        told = {"address_dead": _("Mail was refused"), "address_handled": _("Dealt with")}
        return {
            "facts": [
                shown.Fact(gettext("Customer"), case.customer.name),
                shown.Fact(gettext("What was said"), case.reason, note=str(case.get_source_display())),
                *(
                    shown.Fact(c.get_role_display(), str(c), url=reverse("site_page", args=[c.site.site_number]))
                    for c in named
                ),
            ],
            "events": shown.happened(history(case), told),
        }

    def decide(self, *, actor: Actor, case: DeadAddress, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb != "handled":
            raise Http404
        deal_with_address(actor=actor, at=now(), address_id=case.pk, note=reason)
        return gettext("The address is marked as dealt with.")
