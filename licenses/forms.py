"""What lists can be narrowed by, and how an Agreement is asked for as of a day."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from licenses.models import Proof
from licenses.readmodels import day_fault, read_instant, visible_sites
from portal.kernel.errors import Fault
from sites.forms import TellingForm
from sites.models import Site
from sites.models.site import Program
from sites.tenancy import Actor
from sites.words import remedy, sentence


class _OfSites(forms.Form):
    """Filters whose `site` is one that the actor sees, chosen by its number."""

    site = forms.ModelChoiceField(
        Site.objects.none(), to_field_name="site_number", required=False, label=_("Site"), empty_label=_("All sites")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["site"]
        field.queryset = visible_sites(actor)
        field.error_messages["invalid_choice"] = _("There is no such site that you can see. Choose one of the list.")


class ProofFilter(_OfSites):
    """Narrows the list of proofs."""

    status = forms.ChoiceField(
        choices=[("", _("All proofs")), *Proof.Status.choices], required=False, label=_("Status")
    )


def _told(fault: Fault) -> ValidationError:
    return ValidationError(f"{sentence(fault.code, fault.params)} {remedy(fault.code, fault.params)}".strip())


class DayField(forms.DateField):
    """A day that can be asked about; blank is none."""

    def __init__(self, **options: Any):
        super().__init__(required=False, **options)

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
        except ValidationError:
            raise _told(Fault("date_invalid", params={"value": value})) from None
        if found and (fault := day_fault(found, "")):
            raise _told(fault)
        return found


class InstantField(forms.Field):
    """An instant that can be asked about, in the time zone of the page where it names none; blank is none."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "any"})

    def __init__(self, **options: Any):
        super().__init__(required=False, **options)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        found = read_instant(text, "", timezone.get_current_timezone()) if text else None
        if isinstance(found, Fault):
            raise _told(found)
        return found

    def prepare_value(self, value: Any) -> Any:
        """As the browser's own field reads it: local time without a zone."""
        found = read_instant(value, "", timezone.get_current_timezone()) if isinstance(value, str) and value else None
        if isinstance(found, datetime):
            return f"{timezone.localtime(found):%Y-%m-%dT%H:%M:%S}"
        return value


class AsOf(forms.Form):
    """Asks for figures as of a day, as known at an instant (rule P7). Blank is now."""

    as_of = DayField(label=_("As of"))
    known_at = InstantField(label=_("As known at"))


class LicenseFilter(_OfSites):
    """Narrows the list of licenses, and asks for it as of a day, as known at an instant (rule P7)."""

    program = forms.ChoiceField(
        choices=[("", _("Both programs")), *Program.choices], required=False, label=_("Program")
    )
    part = forms.CharField(required=False, max_length=60, label=_("Part number or description"))
    as_of = DayField(label=_("As of"))
    known_at = InstantField(label=_("As known at"))


class HoldingsUpload(_OfSites, TellingForm):
    """A file of what a site holds."""

    file = forms.FileField(
        label=_("File"), allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv"}),
        help_text=_("A workbook (.xlsx or .ods) or a CSV file."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, actor=actor, **kwargs)
        field: Any = self.fields["site"]
        field.required, field.empty_label = True, _("Choose a site")
        field.help_text = _("Rows that name no site of their own are read as this site's.")


class VerifyForm(forms.Form):
    """The number of a proof that somebody holds in hand."""

    number = forms.CharField(max_length=20, label=_("Number of the Proof of Entitlement"))
