"""Words of the renewal calendar and the coverage radar: kinds, risks, findings, and what to do about each."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from renewals.rules.calendar import Kind, Risk
from renewals.rules.radar import Finding

KINDS: dict[str, str | Promise] = {
    Kind.ANNIVERSARY: _("Anniversary"),
    Kind.EARLY: _("ends before the Anniversary"),
    Kind.EXPRESS: _("Express cover ends"),
}
RISKS: dict[str, str | Promise] = {
    Risk.LAPSING: _("lapsing"),
    Risk.UNANSWERED: _("unanswered"),
    Risk.CONTACT: _("no contact"),
}
RISK_MEANS: dict[str, str | Promise] = {
    Risk.LAPSING: _("Cover ends within 30 days and no quote is accepted, or nothing renews it."),
    Risk.UNANSWERED: _("The quote waits for more than 30 days, or its prices hold for 14 days or less."),
    Risk.CONTACT: _(
        "On that day the site has no Administrative or Primary Contact, or mail to all of them comes back."
    ),
}
RISK_KINDS = {Risk.LAPSING: "danger", Risk.UNANSWERED: "caution", Risk.CONTACT: "waiting"}

FINDINGS: dict[str, str | Promise] = {
    Finding.GAP: _("gap"),
    Finding.OVERLAP: _("paid twice"),
    Finding.LAPSED: _("lapsed"),
    Finding.ODD_END: _("no month end"),
}
FINDING_MEANS: dict[str, str | Promise] = {
    Finding.GAP: _("Days between two periods of cover that nothing covers."),
    Finding.OVERLAP: _("Days for which two purchases pay."),
    Finding.LAPSED: _("Cover ended and can't be renewed any more (rule T8)."),
    Finding.ODD_END: _("Cover ends on a day that isn't the last of a month (check V11)."),
}
FINDING_REMEDIES: dict[str, str | Promise] = {
    Finding.GAP: _("Ask your IBM rep whether a renewal is missing in the record; days gone by can't be bought."),
    Finding.OVERLAP: _("Ask your IBM rep which of the two orders stands, and for a credit of the other."),
    Finding.LAPSED: _("Buy a reinstatement, or give the support up: ask your IBM rep for a quote."),
    Finding.ODD_END: _("Ask your IBM rep to correct the data; until then the line can't be renewed."),
}
FINDING_KINDS = {Finding.GAP: "caution", Finding.OVERLAP: "waiting", Finding.LAPSED: "danger", Finding.ODD_END: "info"}
