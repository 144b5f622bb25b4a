"""What lists can be narrowed by, and how an Agreement is asked for as of a day."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from licenses.models import Proof
from licenses.readmodels import LAST_DAY, visible_sites
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


class LicenseFilter(_OfSites):
    """Narrows the list of licenses."""

    program = forms.ChoiceField(
        choices=[("", _("Both programs")), *Program.choices], required=False, label=_("Program")
    )
    part = forms.CharField(required=False, max_length=60, label=_("Part number or description"))


class ProofFilter(_OfSites):
    """Narrows the list of proofs."""

    status = forms.ChoiceField(
        choices=[("", _("All proofs")), *Proof.Status.choices], required=False, label=_("Status")
    )


def _not_late(day: date) -> None:
    if day > LAST_DAY:
        raise ValidationError(sentence("date_late", {"value": day}) + " " + remedy("date_late", {"last": LAST_DAY}))


class AsOf(forms.Form):
    """Asks for points and level as of a day, as known at the end of another (rule P7)."""

    as_of = forms.DateField(required=False, label=_("As of"), validators=[_not_late])
    known_on = forms.DateField(required=False, label=_("As known at the end of"), validators=[_not_late])


class VerifyForm(forms.Form):
    """The number of a proof that somebody holds in hand."""

    number = forms.CharField(max_length=20, label=_("Number of the Proof of Entitlement"))
