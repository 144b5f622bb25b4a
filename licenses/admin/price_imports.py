"""The desk's work on price lists: files are handed in, compared, put into force by somebody else, or rejected."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from licenses.intake import price_templates
from licenses.intake.limits import LIMITS, MIB
from licenses.intake.price_list import PRICES
from licenses.intake.sheets import JudgedRow, Value
from licenses.models import PriceImport, PriceImportRow
from licenses.operations.price_imports import compare_again, put_prices_in_force, reject_prices, upload_prices
from licenses.queries.price_imports import (
    changes,
    findings,
    import_rows,
    largest_changes,
    levels_out_of_order,
    lists_for,
    percent_steps,
    present_rows,
    roles_on,
)
from licenses.rules.workflow import DESK, PRICE_IMPORT
from licenses.views.paging import slice_of
from licenses.views.price_imports import DONE, STEPS, change_views, changed, counts, facts, happenings, step_label, told
from portal.kernel.errors import DomainError, Fault, Refused
from sites.admin_base import CaseAdmin, CaseButton, actor_of, seen_version
from sites.clock import now, today
from sites.refusals import refused
from sites.tenancy import Actor
from sites.views.files import file_answer
from sites.words import fault_as_json

ROWS = 50


class UploadForm(forms.Form):
    """A price list as a file, and from when it counts."""

    price_list = forms.UUIDField(label=gettext_lazy("Price list"), required=False)
    effective_on = forms.DateField(label=gettext_lazy("Effective day"), required=False)
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)


@admin.register(PriceImport)
class PriceImportAdmin(CaseAdmin):
    """Imports, the newest first. A case is decided, never edited."""

    case_template = "admin/licenses/priceimport/case.html"
    list_display = (
        "__str__", "status", "price_list", "effective_on", "rows_changed", "rows_new", "rows_gone", "rows_invalid",
        "created_by", "created_at",
    )  # fmt: skip
    list_filter = ("status", "price_list")
    list_select_related = ("price_list", "created_by")
    search_fields = ("number", "filename")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceImport]:
        rows: QuerySet[PriceImport] = super().get_queryset(request)
        return rows.filter(price_list__in=lists_for(actor_of(request))).select_related("price_list", "created_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).is_staff

    def get_urls(self) -> list[URLPattern]:
        """More addresses: the file to fill in, empty or with a list in it; an import's rows, as a page and a file."""
        view = self.admin_site.admin_view
        return [
            path("template/<slug:kind>/", view(self.template_view), name="licenses_priceimport_template"),
            path("<uuid:pk>/rows/", view(self.rows_view), name="licenses_priceimport_rows"),
            path("<uuid:pk>/findings.xlsx", view(self.findings_view), name="licenses_priceimport_findings"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Hand in a file."""
        actor = actor_of(request)
        posted = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
        faults: list[str] = []
        status = 400 if posted else 200
        if posted and form.is_valid():
            try:
                case = self._take_in(actor, form.cleaned_data)
            except DomainError as refusal:
                refused(request, refusal)
                status = refusal.status
                faults = [str(fault_as_json(f)["message"]) for f in refusal.faults]
            else:
                return HttpResponseRedirect(reverse("admin:licenses_priceimport_change", args=[case.pk]))
        explained = price_templates.explanations()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hand in a price list"),
            "opts": self.opts,
            "form": form,
            "faults": faults or [str(error) for errors in form.errors.values() for error in errors],
            "lists": lists_for(actor),
            "chosen": form.data.get("price_list", ""),
            "day": form.data.get("effective_on", ""),
            "today": today(),
            "columns": [(column, explained[column.field]) for column in PRICES.columns],
            "limit_rows": LIMITS.data_rows,
            "limit_megabytes": LIMITS.file_bytes // MIB,
        }
        return TemplateResponse(request, "admin/licenses/priceimport/upload.html", context, status=status)

    def _take_in(self, actor: Actor, asked: dict[str, Any]) -> PriceImport:
        return upload_prices(
            actor=actor,
            at=now(),
            on=today(),
            price_list=asked["price_list"],
            effective_on=asked["effective_on"],
            upload=asked["file"],
        )

    def template_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The file to fill in as `kind` xlsx or csv; with `?list=` it holds what stands on that list today."""
        if kind not in ("xlsx", "csv"):
            raise Http404
        lang, name = get_language() or "en", "price-list"
        rows: Iterable[Sequence[Value]] = ()
        if asked := request.GET.get("list"):
            prices = lists_for(actor_of(request)).filter(pk=_uuid(asked)).first()
            if prices is None:
                raise Http404
            rows, name = present_rows(prices, today()), f"prices-{prices.country}-{prices.currency}"
        made = price_templates.xlsx(lang, rows) if kind == "xlsx" else price_templates.csv(lang, rows)
        return file_answer(made, f"{name}.{kind}")

    def rows_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """All rows of an import, or those of one kind."""
        case = self._case(request, str(pk))
        shown = request.GET.get("shown", "")
        page = slice_of(import_rows(case, shown), ("id",), request, size=ROWS)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Rows of %(number)s") % {"number": case},
            "opts": self.opts,
            "case": case,
            "page": page,
            "rows": change_views(changes(page.rows)),
            "shown": shown,
            "kinds": [("", _("All")), ("invalid", _("not valid")), *PriceImportRow.Change.choices],
        }
        return TemplateResponse(request, "admin/licenses/priceimport/rows.html", context)

    def findings_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The file as it was read, with what was found beside each row."""
        case = self._case(request, str(pk))
        rows = import_rows(case).order_by("number").iterator(chunk_size=2000)
        judged = (JudgedRow(row.number or 0, row.values, [told(fault) for fault in row.errors]) for row in rows)
        made = price_templates.with_findings(judged, get_language() or "en")
        return file_answer(made, f"{case}.xlsx")

    def buttons(self, actor: Actor, case: PriceImport) -> Sequence[CaseButton]:
        """What can be done now: of putting into force and comparing again, the one that fits the list as it stands."""
        moved = case.compared_with is not None and case.compared_with != case.price_list.version
        useless = {"put_in_force"} if moved or case.rows_invalid or not changed(case) else set()
        useless |= set() if moved else {"compare"}
        verbs = [v for v in PRICE_IMPORT.actions(case.status, roles_on(actor, case)) if v not in useless]
        return [CaseButton(verb, str(STEPS[verb]), verb == "reject") for verb in verbs]

    def case_context(self, request: HttpRequest, case: PriceImport) -> dict[str, Any]:
        compared = case.compared_with is not None
        return {
            "facts": facts(case),
            "working": case.status in (PriceImport.Status.UPLOADED, PriceImport.Status.CHECKING),
            "file_faults": [told(fault) for fault in case.faults],
            "counts": counts(case) if case.checked_at and case.status != PriceImport.Status.FAILED else [],
            "steps": [(step_label(s.above, s.upto), s.count) for s in percent_steps(case)] if case.rows_changed else [],
            "largest": change_views(largest_changes(case)) if compared else [],
            "findings": [(told(fault), count) for fault, count in findings(case)] if case.rows_invalid else [],
            "notes": self._notes(actor_of(request), case),
            "events": happenings(case),
            "version": case.version,
        }

    def _notes(self, actor: Actor, case: PriceImport) -> list[str]:
        """What stands in the way of putting the file into force, and what it brings with it."""
        if case.status != PriceImport.Status.CHECKED:
            return []
        notes = []
        if case.rows_invalid:
            notes.append(Fault("price_import_faulty", params={"rows": case.rows_invalid}))
        elif case.compared_with != case.price_list.version:
            notes.append(Fault("price_list_moved"))
        elif not changed(case):
            notes.append(Fault("price_nothing_changes"))
        if dearer := levels_out_of_order(case):
            notes.append(Fault("price_levels_order", params={"parts": dearer}))
        if roles_on(actor, case) == {DESK}:
            notes.append(Fault("own_case"))
        return [str(fault_as_json(fault)["message"]) for fault in notes]

    def decide(self, *, actor: Actor, case: PriceImport, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb == "put_in_force":
            put_prices_in_force(actor=actor, at=now(), on=today(), import_id=case.pk, version=seen_version(typed))
        elif verb == "compare":
            compare_again(actor=actor, at=now(), import_id=case.pk)
        elif verb == "reject":
            reject_prices(actor=actor, at=now(), import_id=case.pk, reason=reason)
        else:
            raise Refused(Fault("not_from_here", params={"action": verb, "status": case.status}))
        return str(DONE[verb]) % {"number": str(case)}


def _uuid(text: str) -> UUID:
    """Raises Http404 for what is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
