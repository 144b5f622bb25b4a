"""Whom a Business Partner acts for, and who may have Additional Sites on an Agreement."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.kernel.errors import DomainError, NotFound
from sites.clock import now, today
from sites.forms import ScheduleForm
from sites.operations import add_to_schedule
from sites.policies import keeps_schedule
from sites.queries import agreement_seen, mandates_of, schedule_of
from sites.refusals import refused
from sites.views.asked import actor_of


def customer_list(request: HttpRequest) -> HttpResponse:
    """The customers that have given the actor's Business Partner a mandate, and until when."""
    return render(request, "sites/customer_list.html", {"mandates": mandates_of(actor_of(request), today())})


def schedule_page(request: HttpRequest, number: str) -> HttpResponse:
    """The Authorized Additional Site Schedule of an Agreement; its keeper adds a company."""
    actor = actor_of(request)
    agreement = agreement_seen(actor, number)
    form = ScheduleForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                entry = add_to_schedule(actor=actor, at=now(), on=today(), agreement=agreement, **form.cleaned_data)
                messages.success(request, _("%(name)s is on the schedule now.") % {"name": entry.name})
                return redirect("agreement_schedule", number=agreement.number)
        except NotFound:
            raise
        except DomainError as error:
            refused(request, error)
            form.tell(error)
        status = 422
    context = {
        "agreement": agreement,
        "entries": schedule_of(agreement, today()),
        "form": form,
        "keeps": keeps_schedule(actor, agreement, today()),
    }
    return render(request, "sites/enrollment_schedule.html", context, status=status)
