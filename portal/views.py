"""The first page, the help pages, and where somebody lands after sign-in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from migrations_app.queries import open_requests
from portal.forms import ContactWishForm
from portal.models import ContentEntry
from portal.operations import wish_contact
from portal.queries import agreement_cards
from portal.search import asked_for, find
from renewals.queries import live_quotes
from sites.clock import now, today
from sites.models import Mandate
from sites.words import every_code


@login_not_required
def landing(request: HttpRequest) -> HttpResponse:
    """What moving gives, the three ways in, sign-in, and where to turn."""
    return render(request, "home/landing.html", {"directory": ContentEntry.objects.all()})


@login_not_required
def help_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page of the directory."""
    page = get_object_or_404(ContentEntry, slug=slug)
    return render(request, "home/help_page.html", {"page": page, "directory": ContentEntry.objects.all()})


@login_not_required
def errors_page(request: HttpRequest) -> HttpResponse:
    """Every code that an answer of the API may carry, where its `type` leads to."""
    return render(request, "home/errors_page.html", {"codes": every_code()})


@login_not_required
def contact_me(request: HttpRequest) -> HttpResponse:
    """The third way in: be contacted at the next renewal notice."""
    form = ContactWishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wish_contact(at=now(), **form.cleaned_data)
        messages.success(request, _("Thank you. We will contact you before your next renewal notice."))
        return redirect("landing")
    return render(request, "home/contact_me.html", {"form": form})


def home(request: HttpRequest) -> HttpResponse:
    """What needs the actor now. Reps and operators go to their desk."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.is_staff and not actor.roles & {"customer", "partner"}:
        return redirect("admin:index")
    context = {
        "requests": open_requests(actor)[:5],
        "quotes": live_quotes(actor)[:5],
        "agreements": agreement_cards(actor, today()),
    }
    return render(request, "home/home.html", context)


def search(request: HttpRequest) -> HttpResponse:
    """Whatever has the number or the name asked for, as far as the actor may see it."""
    said = asked_for(request.GET.get("q", ""))
    groups = find(request.actor, said) if said else ()  # type: ignore[attr-defined]
    return render(request, "home/search.html", {"asked": request.GET.get("q", ""), "said": said, "groups": groups})


def customers(request: HttpRequest) -> HttpResponse:
    """Whom a Business Partner acts for today."""
    actor = request.actor  # type: ignore[attr-defined]
    mandates = Mandate.objects.valid_on(today()).filter(partner_id__in=actor.partner_ids).visible_to(actor)
    rows = mandates.select_related("customer").order_by("customer__name")
    return render(request, "home/customers.html", {"mandates": rows})
