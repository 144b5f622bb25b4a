"""The renewal calendar as a page and as files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from licenses.views.shared import Tag, actor_of, reader
from portal.kernel.charts import Chart, Key, Label, bar_chart, percent
from renewals.models import RenewalQuote
from renewals.queries.reach import MOST_CUSTOMERS, reach_of
from renewals.queries.year import Calendar, Entry, calendar
from renewals.rules.calendar import Risk, Sums, months_from
from renewals.views.overview_files import calendar_csv, calendar_xlsx
from renewals.views.overview_forms import CalendarFilter
from renewals.words.overviews import KINDS, RISK_KINDS, RISK_MEANS, RISKS
from sites.clock import now, today
from sites.templatetags.formats import money, month, month_of_year, number
from sites.views.files import file_answer

MOST_CHARTS = 4


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its words and where it leads."""

    entry: Entry
    what: str
    url: str
    status: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class MonthRows:
    """The entries of one month on a page."""

    month: date
    rows: tuple[EntryRow, ...]


@require_safe
def renewal_calendar(request: HttpRequest) -> HttpResponse:
    """Twelve months: sums, a picture of them, and the entries by month and day."""
    form, found = _asked(request)
    entries, following = found.page(request.GET.get("after", ""))
    context = {
        "form": form,
        "calendar": found,
        "months": _by_month(entries, found.months[0]),
        "next": address_of(request, after=following) if following else None,
        "first": address_of(request, after="") if request.GET.get("after") else None,
        "sums": found.sums,
        "charts": charts(found),
        "summary": summary(found),
        "means": [(RISKS[risk], RISK_MEANS[risk]) for risk in Risk],
        "files": [(kind, _file(request, kind)) for kind in ("csv", "xlsx")],
        "filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
        "several": len(actor_of(request).readable) > 1 or actor_of(request).is_staff,
        "demo": any(entry.demonstration for entry in entries),
        "most": MOST_CUSTOMERS,
    }
    return render(request, "renewals/calendar.html", context, status=200 if form.is_valid() else 400)


@require_safe
def renewal_calendar_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every entry that the same question shows, as CSV or spreadsheet."""
    _form, found = _asked(request)
    name = f"renewal-calendar-{today().isoformat()}.{kind}"
    if kind == "csv":
        return file_answer(calendar_csv(found.entries, reader()), name, language=reader())
    return file_answer(calendar_xlsx(found.entries, found.sums, now(), reader()), name, language=reader())


def _asked(request: HttpRequest) -> tuple[CalendarFilter, Calendar]:
    """What the address asks; a question with something wrong in it shows nothing."""
    actor = actor_of(request)
    form = CalendarFilter({**request.GET.dict()}, actor=actor, on=today())
    if not form.is_valid():
        return form, Calendar(months_from(today()), (), ())
    return form, calendar(actor, reach_of(actor, form.narrowed, today()), today(), form.chosen)


def _by_month(entries: Sequence[Entry], first: date) -> list[MonthRows]:
    found: dict[date, list[EntryRow]] = {}
    for entry in entries:
        found.setdefault(max(entry.on.replace(day=1), first), []).append(_row(entry))
    return [MonthRows(each, tuple(rows)) for each, rows in found.items()]


def _row(entry: Entry) -> EntryRow:
    url = ""
    if entry.agreement:
        url = reverse("agreement_page", args=[entry.agreement.number])
    elif entry.site:
        url = reverse("site_page", args=[entry.site.site_number])
    status = str(RenewalQuote.Status(entry.status).label) if entry.status else ""
    tags = tuple(Tag(RISK_KINDS[risk], str(RISKS[risk])) for risk in entry.risks)
    return EntryRow(entry, str(KINDS[entry.kind]), url, status, tags)


def charts(found: Calendar) -> list[Chart]:
    """A bar for each month and currency that has money, what is at risk beside what isn't; four at most."""
    by_currency: dict[str, dict[date, Sums]] = {}
    for each in found.sums:
        if each.total:
            by_currency.setdefault(each.currency, {})[each.month] = each
    largest = sorted(by_currency, key=lambda name: -sum(each.total for each in by_currency[name].values()))
    return [_chart(found.months, currency, by_currency[currency]) for currency in largest[:MOST_CHARTS]]


def _chart(months: Sequence[date], currency: str, sums: dict[date, Sums]) -> Chart:
    nothing = Decimal(0)
    groups = []
    for each in months:
        there = sums.get(each)
        groups.append((month(each), [there.total - there.at_risk, there.at_risk] if there else [nothing, nothing]))
    peak = max(sums.values(), key=lambda each: each.total)
    told = _("Renewals by month in %(currency)s. The largest month is %(month)s with %(amount)s.") % {
        "currency": currency, "month": month_of_year(peak.month), "amount": money(peak.total, currency),
    }  # fmt: skip
    keys = [Key("move", _("no risk seen")), Key("risk", _("at risk"))]
    chart = bar_chart(told, groups, keys, lambda value: number(round(value)))
    # Twelve names don't fit below each other's bars on a phone: every second one is written.
    slot = Decimal(100) / len(months)
    labels = tuple(Label(percent(slot * n + slot / 2), month(each)) for n, each in enumerate(months) if n % 2 == 0)
    return replace(chart, labels=labels)


def summary(found: Calendar) -> str:
    """How many entries there are and how many of them are at risk, in a sentence."""
    count, risky = len(found.entries), sum(bool(entry.risks) for entry in found.entries)
    told = ngettext("%(count)s renewal", "%(count)s renewals", count) % {"count": number(count)}
    return _("%(renewals)s in these months, %(risky)s with a risk.") % {"renewals": told, "risky": number(risky)}


def address_of(request: HttpRequest, **changed: str) -> str:
    """The address of the same page with some values changed; empty ones are left out."""
    params = request.GET.copy()
    for name, value in changed.items():
        params.pop(name, None)
        if value:
            params[name] = value
    return f"?{params.urlencode()}"


def _file(request: HttpRequest, kind: str) -> str:
    return reverse("renewal_calendar_file", args=[kind]) + address_of(request, after="")
