"""Cases that somebody of the desk begins with a form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from portal.kernel.errors import DomainError
from sites.admin_base import DeskAdmin, actor_of
from sites.refusals import refused
from sites.tenancy import Actor
from sites.words import fault_as_json

Faults = Sequence[Mapping[str, Any]]


class ProposingAdmin(DeskAdmin):
    """A kind of case that begins with a form: `propose` does it, `form_context` is what `form_template` shows."""

    form_template = ""

    def propose(self, actor: Actor, typed: Mapping[str, str]) -> Any:
        """Do it by the operation; returns the new case. Raises DomainError."""
        raise NotImplementedError

    def form_context(self, typed: Mapping[str, str], faults: Faults) -> dict[str, Any]:
        """The form with what was typed, and what was wrong with it."""
        raise NotImplementedError

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form, filled from the address; with every fault where something was wrong."""
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        typed = {key: str(value) for key, value in (request.POST or request.GET).items()}
        faults: list[dict[str, Any]] = []
        status = 200
        if request.method == "POST":
            try:
                case = self.propose(actor_of(request), typed)
            except DomainError as refusal:
                refused(request, refusal)
                status = refusal.status
                faults = [fault_as_json(fault) for fault in refusal.faults]
            else:
                name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
                return HttpResponseRedirect(reverse(name, args=[case.pk]))
        page = {**self.admin_site.each_context(request), "opts": self.opts, **self.form_context(typed, faults)}
        return TemplateResponse(request, self.form_template, page, status=status)


class FieldsAdmin(ProposingAdmin):
    """A case that begins with a few plain fields, each fault at its own."""

    form_template = "admin/licenses/points_form.html"
    form_title: Any = ""
    form_intro: Any = ""
    form_button: Any = ""

    def fields_of(self) -> list[dict[str, Any]]:
        """name, label, type (text, date, textarea), help of each field."""
        raise NotImplementedError

    def form_context(self, typed: Mapping[str, str], faults: Faults) -> dict[str, Any]:
        at_field = {fault["field"]: fault["message"] for fault in faults if fault["field"]}
        return {
            "title": self.form_title,
            "intro": self.form_intro,
            "button": self.form_button,
            "failed": bool(faults),
            "faults": [fault["message"] for fault in faults if not fault["field"]],
            "fields": [
                field | {"value": typed.get(field["name"], ""), "fault": at_field.get(field["name"], "")}
                for field in self.fields_of()
            ],
        }


def typed_day(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
