"""The form of an enrollment: flat fields on the page, the API's shape behind them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from portal.kernel.errors import DomainError
from sites.models import Customer, Enrollment, Membership, Site
from sites.models.organization import CustomerType
from sites.operations import check_written
from sites.rules.enrolling import CONTACT_ROLES
from sites.tenancy import Actor
from sites.words import fault_sentence

COMPANY = ("name", "registration_number", "vat_number", "street", "postal_code", "city", "country")
PLAIN = ("customer_type", "agreement_number", "site_number", "partner")
CONTACT = ("name", "email", "phone")
# Which plain fields a kind asks for; the others are not on its page.
ASKED = {
    Enrollment.Kind.ORIGINATING: ("customer_type", "agreement_number", "partner"),
    Enrollment.Kind.ADDITIONAL: ("agreement_number", "partner"),
    Enrollment.Kind.UPDATE: ("site_number", "partner"),
}


class EnrollmentForm(forms.Form):
    """One kind of enrollment. What is wrong is told by the same check that the operation makes, all at once."""

    name = forms.CharField(label=_("Name"))
    registration_number = forms.CharField(
        label=_("Registration number"),
        help_text=_("In Denmark the CVR number, 8 digits; needed there."),
        required=False,
    )
    vat_number = forms.CharField(label=_("VAT number"), help_text=_("With its country code, DK…"), required=False)
    street = forms.CharField(label=_("Street"))
    postal_code = forms.CharField(label=_("Postal code"))
    city = forms.CharField(label=_("City"))
    country = forms.ChoiceField(label=_("Country"), choices=countries, initial="DK")
    customer_type = forms.ChoiceField(
        label=_("Customer type"), choices=CustomerType.choices, widget=forms.RadioSelect,
        help_text=_("Chosen once, at the Originating Site's enrollment."),
    )  # fmt: skip
    agreement_number = forms.CharField(label=_("Agreement number"))
    site_number = forms.CharField(label=_("Site number"), help_text=_("The site whose information changes."))
    partner = forms.CharField(label=_("Business Partner's number"), required=False)
    primary_name = forms.CharField(label=_("Name"))
    primary_email = forms.EmailField(label=_("E-mail address"))
    primary_phone = forms.CharField(label=_("Phone"), required=False)
    administrative_name = forms.CharField(label=_("Name"), required=False)
    administrative_email = forms.EmailField(label=_("E-mail address"), required=False)
    administrative_phone = forms.CharField(label=_("Phone"), required=False)
    technical_name = forms.CharField(label=_("Name"), required=False)
    technical_email = forms.EmailField(label=_("E-mail address"), required=False)
    technical_phone = forms.CharField(label=_("Phone"), required=False)

    def __init__(self, *args: Any, actor: Actor, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actor, self.kind = actor, Enrollment.Kind(kind)
        for name in PLAIN:
            if name not in ASKED[self.kind]:
                del self.fields[name]
        if self.kind == Enrollment.Kind.UPDATE:
            del self.fields["registration_number"], self.fields["vat_number"]
            for name in ("primary_name", "primary_email"):
                self.fields[name].required = False
        elif self.kind == Enrollment.Kind.ORIGINATING:
            self.fields["agreement_number"].required = False
            self.fields["agreement_number"].help_text = _("Leave it out and a new one is assigned.")

    def as_data(self) -> dict[str, Any]:
        """What was typed, in the shape of `POST /enrollments/`."""

        def typed(name: str) -> str:
            return str(self.data.get(self.add_prefix(name), "")).strip() if name in self.fields else ""

        return {
            "kind": str(self.kind),
            "customer": {name: typed(name) for name in COMPANY},
            "contacts": {role: {name: typed(f"{role}_{name}") for name in CONTACT} for role in CONTACT_ROLES},
            **{name: typed(name) for name in PLAIN},
        }

    def clean(self) -> dict[str, Any]:
        """Adds what the enrollment's own check finds; a field that is marked already is marked once."""
        try:
            check_written(self.actor, self.as_data())
        except DomainError as error:
            self.tell(error)
        return self.cleaned_data

    def tell(self, error: DomainError) -> None:
        """Put each fault at its field; those of no field go on top."""
        for fault in error.faults:
            name = _field(fault.field)
            if name not in self.fields:
                self.add_error(None, fault_sentence(fault))
            elif name not in self.errors:
                self.add_error(name, fault_sentence(fault))

    def group(self, *names: str) -> list[forms.BoundField]:
        """The fields of a section that this kind asks for."""
        return [self[name] for name in names if name in self.fields]

    @property
    def company_rows(self) -> list[list[forms.BoundField]]:
        rows = (
            ("site_number",), ("name",), ("registration_number", "vat_number"), ("street",),
            ("postal_code", "city"), ("country",),
        )  # fmt: skip
        return [fields for names in rows if (fields := self.group(*names))]

    @property
    def program_fields(self) -> list[forms.BoundField]:
        return self.group("customer_type", "agreement_number", "partner")

    @property
    def contact_fields(self) -> list[tuple[str, list[forms.BoundField]]]:
        labels = {
            "primary": _("Primary Contact"),
            "administrative": _("Administrative Contact"),
            "technical": _("Technical Contact"),
        }
        return [(str(labels[role]), self.group(*(f"{role}_{name}" for name in CONTACT))) for role in CONTACT_ROLES]


def from_enrollment(enrollment: Enrollment) -> dict[str, Any]:
    """The form's first values for an enrollment that is amended."""
    values = {name: enrollment.company.get(name, "") for name in COMPANY}
    values |= {name: getattr(enrollment, name) for name in ("customer_type", "agreement_number", "site_number")}
    values["partner"] = enrollment.partner.number if enrollment.partner else ""
    return values | _people(enrollment.contacts)


def from_customer(customer: Customer) -> dict[str, Any]:
    """The form's first values for a customer that is known."""
    return {name: str(getattr(customer, name)) for name in COMPANY} | {"customer_type": customer.customer_type}


def from_site(site: Site) -> dict[str, Any]:
    """The form's first values for an update of a site."""
    place = {
        name: str(getattr(site, name)) for name in ("site_number", "name", "street", "postal_code", "city", "country")
    }
    people = {c.role: {"name": c.name, "email": c.email, "phone": c.phone} for c in site.contacts.all()}
    return place | _people(people)


def _people(contacts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {f"{role}_{name}": person.get(name, "") for role, person in contacts.items() for name in CONTACT}


def _field(where: str | None) -> str:
    """The form's field for a place in the API's shape: customer.city → city, contacts.primary.email → primary_email."""
    parts = (where or "").split(".")
    if parts[0] == "customer":
        return parts[-1]
    if parts[0] == "contacts":
        return "_".join(parts[1:]) if len(parts) > 2 else f"{parts[-1]}_name"
    return parts[0]


class TellingForm(forms.Form):
    """A form whose operation may refuse it."""

    def tell(self, refusal: DomainError) -> None:
        """Put each fault at its field; those of no field go on top."""
        for fault in refusal.faults:
            name = fault.field if fault.field in self.fields else None
            self.add_error(name, fault_sentence(fault))


class ScheduleForm(TellingForm):
    """A company for the Authorized Additional Site Schedule."""

    name = forms.CharField(label=_("Company"), max_length=200)
    registration_number = forms.CharField(
        label=_("Registration number"), max_length=20, help_text=_("In Denmark the CVR number, 8 digits.")
    )


class MembershipForm(forms.ModelForm):
    """A person belongs to a customer or to a Business Partner, never to both by one row."""

    class Meta:
        model = Membership
        fields = ["user", "customer", "partner", "can_write", "valid_from", "valid_to"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in {"customer", "partner"} & self.fields.keys():
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        data = super().clean() or {}
        if "partner" in self.fields and bool(data.get("customer")) == bool(data.get("partner")):
            self.add_error("partner", _("Fill in a customer or a Business Partner: one of the two."))
        return data
