"""The page behind the signed link of a contact check: works without signing in, shows what is needed and no more."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.kernel.errors import DomainError
from renewals.models import Notice
from renewals.operations.contact_check import answer_check, read_check
from sites.clock import now, today
from sites.refusals import refused
from sites.words import fault_sentence

_GONE = {"check_unknown": 404, "check_used": 410, "check_expired": 410}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact_check(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the contacts and changes nothing; POST answers for them, once."""
    actor = getattr(request, "actor", None)
    context: dict[str, Any] = {"token": token}
    status = 200
    try:
        if request.method == "POST":
            answer = request.POST.get("answer", "")
            found = answer_check(actor=actor, at=now(), on=today(), token=token, answer=answer)
            context |= {"answered": answer, "change": answer == Notice.Answer.CHANGE}
        else:
            found = read_check(actor=actor, token=token, on=today())
        context |= {"check": found, "change_url": _change_url(found.site.site_number)}
    except DomainError as refusal:
        refused(request, refusal)
        context["faults"] = [fault_sentence(fault) for fault in refusal.faults]
        status = _GONE.get(refusal.code, 400)
    response = render(request, "renewals/contact_check.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _change_url(site_number: str) -> str:
    """Where contacts are changed; whoever isn't signed in is asked to first."""
    return f"{reverse('enrollment_new')}?kind=update&site={site_number}"
