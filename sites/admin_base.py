"""What every admin view stands on: permissions and rows follow from the actor, cases are decided by operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db import models
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from portal.kernel.errors import DomainError, Forbidden, NotFound
from sites.models.base import TenantQuerySet
from sites.refusals import refused
from sites.tenancy import Actor
from sites.words import fault_sentence, first_few


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the middleware made for this request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


class DeskAdmin(admin.ModelAdmin):
    """Reads what the actor may see; writes plain rows where a role is named for it, deletes nothing.

    `seen_by`, `added_by`, `editable_by`: roles. `fixed_fields` are given once and stand from then on; a change
    writes the changed columns alone, since the application's role may update no others.
    """

    seen_by: ClassVar[frozenset[str]] = frozenset({"rep", "operator"})
    added_by: ClassVar[frozenset[str]] = frozenset()
    editable_by: ClassVar[frozenset[str]] = frozenset()
    fixed_fields: ClassVar[tuple[str, ...]] = ()

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(actor_of(request).roles & self.seen_by)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(actor_of(request).roles & self.added_by)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(actor_of(request).roles & self.editable_by)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.visible_to(actor_of(request)) if isinstance(rows, TenantQuerySet) else rows

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        fixed = self.fixed_fields if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool) -> None:
        """A new row whole, a changed one by its changed columns."""
        if not change:
            obj.save(force_insert=True)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)


@dataclass(frozen=True, slots=True)
class CaseButton:
    """A step that the actor may take now: `verb` of the workflow, its label, whether it needs a reason."""

    verb: str
    label: str
    reason_required: bool = False


def seen_version(typed: Mapping[str, str]) -> int | None:
    """The version of the case that the decider's page showed, where it says one."""
    version = typed.get("version", "")
    return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None


class CaseAdmin(DeskAdmin):
    """The queue of a kind of case, and a page that shows one and takes decisions through operations.

    Subclasses say which `buttons` there are, what the page shows (`case_context`; keys: `facts` – items with
    label, value, optional url and note; `events` – items with at, title, who, text; anything else for a template
    of their own that extends `admin/sites/case.html`), and what a button does (`decide`).
    """

    case_template = "admin/sites/case.html"

    def buttons(self, actor: Actor, case: Any) -> Sequence[CaseButton]:
        """What the actor may do to `case` now."""
        raise NotImplementedError

    def case_context(self, request: HttpRequest, case: Any) -> dict[str, Any]:
        """What the page shows of `case`; what it may be long with, it shows as the address asks."""
        raise NotImplementedError

    def decide(self, *, actor: Actor, case: Any, verb: str, reason: str, typed: dict[str, str]) -> str:
        """Take the step by its operation; returns the sentence that says it is done. Raises DomainError."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """One address more: `admin:<app>_<model>_verb` (POST alone)."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        steps = path("<uuid:pk>/do/<slug:verb>/", self.admin_site.admin_view(self.verb_view), name=name)
        return [steps, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The case, read-only, with its buttons."""
        return self._page(request, self._case(request, object_id))

    def verb_view(self, request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
        """Do `verb`, or show the page again with what stands in the way and what was typed."""
        case = self._case(request, str(pk))
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[case.pk])
        back += f"?{request.GET.urlencode()}" if request.GET else ""
        if request.method != "POST":
            return HttpResponseRedirect(back)
        typed = {k: str(v).strip() for k, v in request.POST.items() if k != "csrfmiddlewaretoken"}
        actor = actor_of(request)
        try:
            told = self.decide(actor=actor, case=case, verb=verb, reason=typed.get("reason", ""), typed=typed)
        except NotFound as gone:
            raise Http404 from gone
        except DomainError as refusal:
            refused(request, refusal)
            status = 403 if isinstance(refusal, Forbidden) else 409
            faults = first_few([fault_sentence(f) for f in refusal.faults])
            return self._page(request, self._case(request, str(pk)), faults=faults, typed=typed, status=status)
        messages.success(request, told)
        return HttpResponseRedirect(back)

    def _case(self, request: HttpRequest, object_id: str) -> Any:
        case = self.get_object(request, object_id)
        if case is None or not self.has_view_permission(request, case):
            raise Http404
        return case

    def _page(
        self,
        request: HttpRequest,
        case: Any,
        *,
        faults: Sequence[str] = (),
        typed: dict[str, str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        buttons = self.buttons(actor_of(request), case)
        context = {
            **self.admin_site.each_context(request),
            "title": str(case),
            "opts": self.opts,
            "case": case,
            "buttons": buttons,
            "reason_needed": any(b.reason_required for b in buttons),
            "verb_url_name": f"admin:{self.opts.app_label}_{self.opts.model_name}_verb",
            "faults": faults,
            "faults_title": _("That can't be done now."),
            "typed": typed or {},
            **self.case_context(request, case),
        }
        return TemplateResponse(request, self.case_template, context, status=status)
