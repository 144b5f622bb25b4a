"""What a notice of an end of cover says, in the active language: a sentence, what to do, and the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sites.words import Words, shown, told

_ASK_REP = gettext_lazy(
    "Without cover there is no support and no new version. Ask your IBM rep what can still be done."
)
_ANSWER = gettext_lazy("Answer quote %(quote)s; its prices hold until %(valid_until)s.")
_NO_QUOTE = gettext_lazy("Get the renewal quote in the portal, then accept or decline it.")

WORDS = {
    "told_notice_contacts": Words(
        gettext_lazy("Cover of %(number)s ends on %(day)s. Are its contacts still right?"),
        gettext_lazy("Renewal quotes and reminders go to them: confirm them, or have them changed."),
    ),
    "told_notice_anniversary": Words(
        gettext_lazy("Agreement %(number)s renews on %(anniversary)s: paid cover runs until %(day)s."), _NO_QUOTE
    ),
    "told_notice_anniversary.quote": Words(
        gettext_lazy(
            "Agreement %(number)s renews on %(anniversary)s: quote %(quote)s, %(total)s %(currency)s, is open."
        ),
        _ANSWER,
    ),
    "told_notice_anniversary.ended": Words(
        gettext_lazy("Agreement %(number)s was to renew on %(anniversary)s; its cover ended on %(day)s."), _ASK_REP
    ),
    "told_notice_cover": Words(
        gettext_lazy("Cover under Agreement %(number)s ends on %(day)s, apart from its Anniversary."), _NO_QUOTE
    ),
    "told_notice_cover.quote": Words(
        gettext_lazy(
            "Cover under Agreement %(number)s ends on %(day)s: quote %(quote)s, %(total)s %(currency)s, is open."
        ),
        _ANSWER,
    ),
    "told_notice_cover.ended": Words(
        gettext_lazy("Cover under Agreement %(number)s ended on %(day)s and wasn't renewed."), _ASK_REP
    ),
    "told_notice_express": Words(gettext_lazy("Cover at site %(number)s ends on %(day)s."), _NO_QUOTE),
    "told_notice_express.quote": Words(
        gettext_lazy("Cover at site %(number)s ends on %(day)s: quote %(quote)s, %(total)s %(currency)s, is open."),
        _ANSWER,
    ),
    "told_notice_express.ended": Words(
        gettext_lazy("Cover at site %(number)s ended on %(day)s and wasn't renewed."), _ASK_REP
    ),
    "told_notice_nobody": Words(
        gettext_lazy("Cover of %(number)s ends on %(day)s, and nobody is named who could be told."),
        gettext_lazy("Have the customer name a Primary Contact."),
    ),
    "told_notices_missing": Words(
        gettext_lazy("Notices that should have gone out by %(day)s did not: %(count)s."),
        gettext_lazy("Look at the run of that day; manage.py verify_notices names each of them."),
    ),
    "rungs_invalid": Words(
        gettext_lazy("“%(value)s” isn't a number of days."),
        gettext_lazy("Write whole numbers with commas between them, such as 120, 90, 30, 7; -1 is the day after."),
    ),
    "rungs_out_of_reach": Words(
        gettext_lazy("%(value)s days can't be chosen."),
        gettext_lazy("Choose from 365 days before the end of cover to 30 days after it."),
    ),
    "rungs_all_late": Words(
        gettext_lazy("With this choice nobody is told before cover ends."),
        gettext_lazy("Choose at least one day before the end of cover."),
    ),
    "rungs_too_many": Words(gettext_lazy("More than %(limit)s days are chosen."), gettext_lazy("Choose fewer.")),
    "rung_not_on_ladder": Words(
        gettext_lazy("%(value)s isn't a day at which this customer is told."),
        gettext_lazy("Choose among %(choices)s."),
    ),
    "ladder_keeper": Words(
        gettext_lazy("Only a Primary or Administrative Contact of the customer, or its IBM rep, changes this."),
        gettext_lazy("Ask one of them. What you get by e-mail you choose yourself."),
    ),
    "check_unknown": Words(
        gettext_lazy("This link isn't one of ours, or it was cut off on its way."),
        gettext_lazy("Copy the whole address from the message, or sign in and look at your sites."),
    ),
    "check_used": Words(
        gettext_lazy("This link was used already: the contacts were answered for on %(day)s."),
        gettext_lazy("Sign in to look at the contacts or to have them changed."),
    ),
    "check_expired": Words(
        gettext_lazy("This link was good until %(day)s."),
        gettext_lazy("Sign in to look at the contacts or to have them changed."),
    ),
    "check_answer": Words(
        gettext_lazy("Nothing was chosen."), gettext_lazy("Confirm the contacts, or say that they will change.")
    ),
    "bounce_staff": Words(gettext_lazy("Only the customer's IBM rep or an operator marks a letter as come back.")),
    "bounce_not_sent": Words(
        gettext_lazy("No e-mail went out with this notice, so none can have come back."),
        gettext_lazy("Look for the notice whose e-mail came back."),
    ),
}


def kind_of(data: Mapping[str, Any]) -> str:
    """Which words tell a notice with these figures."""
    if data.get("check"):
        return "notice_contacts"
    if data.get("express"):
        return "notice_express"
    return "notice_anniversary" if data.get("anniversary") else "notice_cover"


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A notice in words: `facts` are labels with values."""

    message: str
    remedy: str
    facts: tuple[tuple[str, str], ...]


def notice_words(data: Mapping[str, Any], on: date) -> NoticeWords:
    """What a notice with these figures says to its reader on `on`."""
    message, remedy = told(kind_of(data), data)
    ends_on = date.fromisoformat(data["day"])
    facts = [
        (_("Site number") if data.get("express") else _("Agreement number"), str(data["number"])),
        (_("Paid cover runs until"), shown(ends_on)),
        (_("That is"), away(ends_on, on)),
        (_("License lines whose cover ends"), shown(data["lines"])),
    ]
    if len(data.get("sites", ())) > 1:
        facts.append((_("Sites"), ", ".join(data["sites"])))
    if data.get("anniversary"):
        facts.insert(1, (_("Anniversary"), shown(data["anniversary"])))
    if data.get("quote"):
        facts.append((_("Open quote"), str(data["quote"])))
        facts.append((_("Total without VAT"), f"{shown(data['total'])} {data['currency']}"))
    return NoticeWords(message, remedy, tuple(facts))


def away(day: date, on: date) -> str:
    """How far a day is from `on`."""
    days = (day - on).days
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(n)s day ago", "%(n)s days ago", -days) % {"n": -days}
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def rung_words(rung: int) -> str:
    """A rung of the ladder."""
    if rung == 0:
        return _("the last day of cover")
    if rung < 0:
        return ngettext("%(n)s day after", "%(n)s days after", -rung) % {"n": -rung}
    return ngettext("%(n)s day before", "%(n)s days before", rung) % {"n": rung}
