"""What people type about renewal quotes."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Fault
from renewals.queries import quote_choices
from renewals.rules.ladder import Ladder
from renewals.words.notices import rung_words
from sites.models import Partner
from sites.tenancy import Actor
from sites.words import fault_sentence


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


class LadderForm(forms.Form):
    """At which days before the end of cover a customer's people are told."""

    rungs = forms.CharField(
        label=_("Days before the end of cover"),
        max_length=200,
        help_text=_("Whole numbers with commas between them; -1 is the day after."),
    )

    def clean_rungs(self) -> list[int]:
        words = [word.strip() for word in self.cleaned_data["rungs"].replace(";", ",").split(",") if word.strip()]
        faults = [Fault("rungs_invalid", params={"value": word}) for word in words if not _whole(word)]
        if faults:
            raise forms.ValidationError([fault_sentence(fault) for fault in faults])
        return [int(word) for word in words]


def _whole(word: str) -> bool:
    return word.isascii() and word.removeprefix("-").isdigit() and len(word) <= 6


class MailsForm(forms.Form):
    """At which of those days one person gets e-mail."""

    def __init__(self, *args: Any, ladder: Ladder, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["rungs"] = forms.MultipleChoiceField(
            label=_("E-mail"),
            required=False,
            choices=[(str(rung), rung_words(rung)) for rung in ladder],
            widget=forms.CheckboxSelectMultiple,
        )


class BounceForm(forms.Form):
    """What the message said with which a letter came back."""

    reason = forms.CharField(label=_("What did the returned message say?"), max_length=500)


class AskRepForm(forms.Form):
    """A question for the IBM rep."""

    question = forms.CharField(
        label=_("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "id": "id_question"})
    )


class HandOverForm(forms.Form):
    """Which partner is to prepare the quote."""

    def __init__(self, *args: Any, partners: Sequence[Partner], **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(partner.number, f"{partner.name} ({partner.number})") for partner in partners]
        self.fields["partner"] = forms.ChoiceField(label=_("Partner with a mandate"), choices=choices)
        self.fields["note"] = forms.CharField(
            label=_("What to look at"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
        )
