"""What people type about renewal quotes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from renewals.queries import quote_choices
from sites.tenancy import Actor


class AskForm(forms.Form):
    """For what a quote is asked: an Agreement, or an Express site."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(c.value, c.label) for c in quote_choices(actor)]
        self.fields["subject"] = forms.ChoiceField(label=_("Agreement or Express site"), choices=choices)
        self.empty = not choices


class AcceptForm(forms.Form):
    """The customer's word that the quote is accepted as shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label=_("I accept this quote as shown, for the customer."))


class DeclineForm(forms.Form):
    """Why the customer says no; may stay empty."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
