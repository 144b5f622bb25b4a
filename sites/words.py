"""Sentences for faults and checks: found by code, in the reader's language, with what to do about it."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.kernel.blocker import Blocker
from portal.kernel.errors import Fault
from sites.formats import format_date, format_number


class Words(NamedTuple):
    """What is wrong, and the remedy. Both take the fault's params as %(name)s."""

    message: str | Promise
    remedy: str | Promise = ""


# Of sentences that concern thousands of lines, a page tells so many.
A_FEW = 20
_catalog: dict[str, Words] = {}


def _words(code: str, params: Mapping[str, Any] | None = None) -> Words | None:
    """The words of a code; those of its `reason` where there are some, as for V1 and V14, or with suggestions."""
    if not _catalog:
        for app in apps.get_app_configs():
            name = f"{app.name}.words"
            if app.name in {"sites", "licenses", "migrations_app", "renewals", "portal"} and find_spec(name):
                _catalog.update({k: Words(*w) for k, w in import_module(name).WORDS.items()})
    params = params or {}
    reason = "near" if params.get("suggestions") else params.get("reason")
    return _catalog.get(f"{code}.{reason}") or _catalog.get(code)


def _fill(text: str | Promise, params: Mapping[str, Any]) -> str:
    written = {k: shown(v) for k, v in params.items()}
    try:
        return str(text) % written
    except (KeyError, TypeError, ValueError):
        return str(text)


# What was kept as JSON comes back as text: days and amounts are known by their shape.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMOUNT = re.compile(r"-?\d+\.\d{2}")


def shown(value: Any) -> str:
    """A figure as the reader of the active language writes it, also one that was kept as text."""
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return _either([shown(one) for one in value])
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):  # a day that doesn't exist is shown as it was written
            value = date.fromisoformat(value)
    elif isinstance(value, str) and _AMOUNT.fullmatch(value):
        value = Decimal(value)
    lang = get_language() or "en"
    if isinstance(value, date):
        return format_date(value, lang)
    if isinstance(value, Decimal):
        return format_number(value, lang)
    return str(value)


def _either(choices: Sequence[str]) -> str:
    if len(choices) < 2:
        return "".join(choices)
    return gettext("%(first)s or %(last)s") % {"first": ", ".join(choices[:-1]), "last": choices[-1]}


def every_code() -> list[tuple[str, str, str]]:
    """Each code there is with its sentence and remedy, by code; what a sentence would name is left open."""
    _words("")
    return [(code, _open(words.message), _open(words.remedy)) for code, words in sorted(_catalog.items())]


def _open(text: str | Promise) -> str:
    return re.sub(r"%\(\w+\)s", "…", str(text)).replace("%%", "%")


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong, as a sentence in the active language; the code itself where no words are known."""
    found = _words(code, params)
    return _fill(found.message, params) if found else ("" if code.startswith("http_") else code)


def remedy(code: str, params: Mapping[str, Any] | None = None) -> str:
    """What to do about it, as a sentence in the active language; empty where nothing can be done."""
    found = _words(code, params)
    return _fill(found.remedy, params or {}) if found else ""


def told(kind: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """What a notification says, and what its reader can do, in the active language."""
    return sentence(f"told_{kind}", data), remedy(f"told_{kind}", data)


def ownership_statement(customer: str, other: str) -> str:
    """What is declared and signed, in the active language (rules S1 and M3)."""
    return gettext(
        "%(customer)s declares that it and %(other)s are tied by ownership of more than 50 %%, directly or through the "
        "same owner, and so belong to one Enterprise. If that ends, the declaration is withdrawn."
    ) % {"customer": customer, "other": other}


def fault_sentence(fault: Fault) -> str:
    """What is wrong and what to do about it, in the active language."""
    return _whole(fault.code, fault.params)


def _whole(code: str, params: Mapping[str, Any]) -> str:
    return f"{sentence(code, params)} {remedy(code, params)}".strip()


def fault_as_json(fault: Fault) -> dict[str, Any]:
    """A fault in the shape of the API's `errors`."""
    return {
        "code": fault.code,
        "field": fault.field,
        "line": fault.line,
        "message": fault_sentence(fault),
        "severity": fault.severity,
        "mends": fault.mends,
        "heals_on": fault.heals_on.isoformat() if fault.heals_on else None,
    }


def blocker_as_json(blocker: Blocker) -> dict[str, Any]:
    """A check in the shape of the API's `checks`."""
    return {
        "code": blocker.code,
        "severity": str(blocker.severity),
        "line": blocker.line,
        "field": blocker.field,
        "message": sentence(blocker.code, blocker.params),
        "mends": blocker.mends,
        "remedy": remedy(blocker.code, blocker.params),
        "waivable": blocker.waivable,
        "heals_on": blocker.heals_on.isoformat() if blocker.heals_on else None,
    }


def stored_fault(fault: Fault) -> dict[str, Any]:
    """A fault as it is kept: with its figures, so that it can be told in any language later."""
    return fault_as_json(fault) | {"params": _kept(fault.params)}


def stored_blocker(blocker: Blocker) -> dict[str, Any]:
    """A check as it is kept: with its figures, so that it can be told in any language later."""
    return blocker_as_json(blocker) | {"params": _kept(blocker.params)}


def _kept(params: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _plain(v) for k, v in params.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | None) else str(value)


def first_few(sentences: Sequence[Any]) -> list[Any]:
    """The first of very many sentences, and how many more there are."""
    rest = len(sentences) - A_FEW
    if rest <= 0:
        return list(sentences)
    return [*sentences[:A_FEW], ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest}]


def retold(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A stored fault told in the active language."""
    params = kept.get("params", {})
    return {k: v for k, v in kept.items() if k != "params"} | {"message": _whole(kept["code"], params)}


WORDS: dict[str, Words] = {
    "body_unreadable": Words(
        _("The body can't be read as JSON."), _("Send one JSON object, as the documentation of the API shows it.")
    ),
    "cursor_invalid": Words(
        _("The cursor doesn't belong to this list."), _("Start at the first page and follow its “next”.")
    ),
    "http_400": Words(_("The request holds something that can't be.")),
    "http_401": Words(_("Please sign in first.")),
    "http_403": Words(_("You may see this, but not do that to it.")),
    "http_404": Words(_("There is nothing here that you can see.")),
    "http_409": Words(_("That can't be done now.")),
    "http_412": Words(_("Somebody changed this since you read it.")),
    "http_422": Words(_("The request contradicts an earlier one.")),
    "http_507": Words(_("There is no room for this now.")),
    "storage_full": Words(
        _("A disk of the portal is full. Nothing of what you sent was kept, in whole or in part."),
        _("Send it again in a while; if it still doesn't fit, tell the operator."),
    ),
    "field_invalid": Words("%(said)s"),
    "field_required": Words(_("This field is missing."), _("Fill it in.")),
    "not_from_here": Words(
        _("“%(action)s” isn't possible while the status is “%(status)s”."),
        _("Open the page again to see what can be done now."),
    ),
    "not_yours": Words(_("Your role doesn't allow this."), _("Ask the site's Primary Contact or your IBM rep.")),
    "own_case": Words(
        _("You made or consented to this yourself, so somebody else has to decide."),
        _("Ask a colleague to decide."),
    ),
    "stale": Words(_("Somebody changed this since you read it."), _("Open it again and look at what changed.")),
    "idempotency_running": Words(
        _("The first request with this Idempotency-Key is still running."), _("Wait for its answer, then ask again.")
    ),
    "idempotency_other_body": Words(
        _("This Idempotency-Key was used for another request."), _("Use a new key for a new request.")
    ),
    "idempotency_key_long": Words(
        _("An Idempotency-Key has at most %(limit)s characters."), _("Use a shorter one, for example a UUID.")
    ),
    "reason_required": Words(_("A reason is missing."), _("Say in a sentence why.")),
    "number_digits": Words(
        _("“%(value)s” isn't a number of %(least)s to %(most)s digits."), _("Write digits only, leading zeros kept.")
    ),
    "registration_invalid": Words(
        _("“%(value)s” isn't a valid registration number for %(country)s."),
        _("A Danish CVR number has 8 digits and a check digit; look it up and correct it."),
    ),
    "vat_invalid": Words(
        _("“%(value)s” isn't a valid VAT number."), _("Write it with its country code, or leave it out.")
    ),
    "choice_unknown": Words(_("“%(value)s” isn't one of: %(choices)s."), _("Choose one of these.")),
    "agreement_unknown": Words(
        _("There is no Agreement %(number)s that you can see."), _("Check the number, or enroll an Originating Site.")
    ),
    "agreement_taken": Words(
        _("Agreement number %(number)s is already in use."), _("Leave it out and a new one is assigned.")
    ),
    "contact_missing": Words(
        _("A site needs a Primary Contact with a name and an e-mail address."), _("Name the Primary Contact.")
    ),
    "enrollment_open": Words(
        _("An enrollment of this kind is already under way for %(name)s."),
        _("Wait for its decision, or withdraw it first."),
    ),
    "text_too_long": Words(_("This text has more than %(limit)s characters."), _("Shorten it.")),
    "text_expected": Words(
        _("Text is expected here."), _("Put the value in quotes; numbers are text, so that leading zeros stay.")
    ),
    "object_expected": Words(
        _("An object with named fields is expected here."), _("See the API's documentation for its fields.")
    ),
    "email_invalid": Words(_("“%(value)s” isn't an e-mail address."), _("Write it as name@company.example.")),
    "country_unknown": Words(
        _("“%(value)s” isn't a country code."), _("Write the two letters of the country, for example DK.")
    ),
    "partner_unknown": Words(
        _("There is no Business Partner %(number)s that you can name here."),
        _("Check the partner number, or leave it out."),
    ),
    "site_unknown": Words(
        _("There is no site %(value)s that you can see."), _("Check the number in the list of your sites.")
    ),
    "site_unknown.near": Words(_("There is no site %(value)s that you can see."), _("Did you mean %(suggestions)s?")),
    "registration_differs": Words(
        _("This isn't the registration number of %(name)s, to which the site belongs."),
        _("Leave it out: a site doesn't change its company by an update."),
    ),
    "enterprise_differs": Words(
        _("%(name)s doesn't belong to the Enterprise that holds Agreement %(number)s."),
        _("Enroll an Originating Site for it instead."),
    ),
    "customer_type_differs": Words(
        _("%(name)s already has an Agreement as a customer of another type."),
        _("Choose the type that it has, or ask your IBM rep."),
    ),
    "no_mandate": Words(
        _("%(name)s is a customer already, and whoever submitted this has no mandate from it."),
        _("Return the enrollment; the customer has to give the mandate first."),
    ),
    "schedule_missing": Words(
        _("%(name)s isn't on the Authorized Additional Site Schedule of Agreement %(number)s."),
        _("The Primary Contact of the Agreement's Originating Site has to add it; the enrollment waits until then."),
    ),
    "schedule_keeper": Words(
        _("Only the Primary Contact of the Originating Site keeps the schedule of Agreement %(number)s."),
        _("Ask that person to add the company."),
    ),
    "schedule_twice": Words(
        _("%(name)s is on the schedule of Agreement %(number)s already."), _("Nothing more is needed.")
    ),
    "told_address_dead": Words(
        _("Mail to %(email)s is refused for good, and %(customer)s is told of renewals there."),
        _("Ask the customer for a new address, or mark it as dealt with."),
    ),
    "address_handled": Words(_("Somebody has dealt with this address already.")),
    "told_enrollment_accepted": Words(
        _("The enrollment of %(name)s is accepted: site %(site)s."), _("What waited for it goes on by itself.")
    ),
    "told_enrollment_returned": Words(
        _("The enrollment of %(name)s was returned. The reason: “%(reason)s”."), _("Correct it and submit it again.")
    ),
    "told_enrollment_rejected": Words(
        _("The enrollment of %(name)s was rejected. The reason: “%(reason)s”."),
        _("Ask your IBM rep if you don't understand why."),
    ),
    "ownership_signer": Words(
        _("Only somebody who may sign for %(name)s can do this."),
        _("Ask a person of the company, or a Business Partner whose mandate includes consent."),
    ),
    "ownership_by_record": Words(
        _("%(name)s and %(other)s belong to the same Enterprise by record."), _("Nothing has to be declared.")
    ),
    "ownership_twice": Words(
        _("A declaration for %(name)s and %(other)s is in force already."), _("Nothing more is needed.")
    ),
    "ownership_withdrawn": Words(
        _("This declaration was withdrawn before."), _("Declare anew if it is true after all.")
    ),
    "operators_only": Words(
        _("Only operators look after the work behind the portal."), _("Ask an operator of the portal.")
    ),
    "job_running": Words(
        _("A worker is at it now, so nobody may interfere."),
        _("Wait until it is done, or until its lease has run out."),
    ),
    "job_done": Words(_("This job is done."), _("Nothing more is needed.")),
    "job_given_up": Words(_("This job was given up before."), _("Try it again if it is needed after all.")),
    "job_asked_again": Words(_("The same work was asked for again and waits already."), _("Look at that job instead.")),
    "version_invalid": Words(
        _("“%(value)s” isn't a version."), _("Send the version that you read, as a whole number.")
    ),
}

ENROLLMENT_EVENTS: dict[str, str | Promise] = {
    "created": _("Draft written"),
    "amended": _("Amended"),
    "submitted": _("Submitted"),
    "accepted": _("Accepted"),
    "returned": _("Returned for correction"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
}
ENROLLMENT_STEPS: dict[str, str | Promise] = {
    "submit": _("Submit"),
    "accept": _("Accept"),
    "return": _("Return"),
    "reject": _("Reject"),
    "withdraw": _("Withdraw"),
}
ENROLLMENT_TURNS: dict[str, str | Promise] = {
    "requester": _("the requester"),
    "rep": _("an IBM rep"),
    "primary_contact": _("the Originating Site's Primary Contact"),
    "nobody": _("nobody: the case is closed"),
}
