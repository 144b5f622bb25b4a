"""What the renewal calendar and the coverage radar are narrowed by; all of it stands in the address."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from renewals.queries.reach import Narrowed, partners_in_sight
from renewals.queries.year import Chosen
from renewals.rules.calendar import months_from
from renewals.words.overviews import FINDINGS, RISKS
from sites.models.site import Program
from sites.templatetags.formats import month_of_year
from sites.tenancy import Actor


class OverviewFilter(forms.Form):
    """Whose renewals. Customer and partner are asked for where there are several."""

    customer = forms.CharField(required=False, max_length=60, label=_("Customer"))
    site = forms.CharField(required=False, max_length=10, label=_("Site number"))
    program = forms.ChoiceField(
        choices=[("", _("Both programs")), *Program.choices], required=False, label=_("Program")
    )
    partner = forms.ChoiceField(required=False, label=_("Partner"))

    def __init__(self, *args: Any, actor: Actor, on: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["customer"].help_text = _("Part of the name, or the registration or IBM Customer Number.")
        if actor.is_staff:
            partner: Any = self.fields["partner"]
            named = [(each.number, each.name) for each in partners_in_sight(actor, on)]
            partner.choices = [("", _("With or without a partner")), *named]
        else:
            del self.fields["partner"]
            if len(actor.readable) < 2:
                del self.fields["customer"]

    @property
    def narrowed(self) -> Narrowed:
        """What was asked for; nothing of what was wrong."""
        asked = getattr(self, "cleaned_data", {})
        return Narrowed(**{name: asked.get(name, "") for name in ("customer", "site", "program", "partner")})


class CalendarFilter(OverviewFilter):
    """With the month and the risk of entries."""

    month = forms.ChoiceField(required=False, label=_("Month"))
    risk = forms.ChoiceField(
        choices=[("", _("With or without a risk")), ("any", _("Any risk")), *RISKS.items()],
        required=False,
        label=_("Risk"),
    )

    def __init__(self, *args: Any, actor: Actor, on: date, **kwargs: Any):
        super().__init__(*args, actor=actor, on=on, **kwargs)
        month: Any = self.fields["month"]
        named = [(f"{each:%Y-%m}", month_of_year(each)) for each in months_from(on)]
        month.choices = [("", _("All twelve months")), *named]

    @property
    def chosen(self) -> Chosen:
        """The entries asked for."""
        asked = getattr(self, "cleaned_data", {})
        month = asked.get("month", "")
        return Chosen(date.fromisoformat(f"{month}-01") if month else None, asked.get("risk", ""))


class RadarFilter(OverviewFilter):
    """With the kind of finding, and one product."""

    part = forms.CharField(required=False, max_length=12, label=_("Part number"))
    kind = forms.ChoiceField(
        choices=[("", _("Everything")), *FINDINGS.items()], required=False, label=_("What is wrong")
    )

    def clean_part(self) -> str:
        """Part numbers are written in capitals."""
        return str(self.cleaned_data["part"]).upper()
