"""Sign-in: allauth's own pages, and no sign-up by strangers."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """People are invited by a Primary Contact, a partner or an operator; nobody opens an account alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")


def axes_username(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The address somebody tries to sign in with, whatever its case."""
    given = (credentials or {}).get("email") or (credentials or {}).get("username") or ""
    if not given and request is not None:
        given = request.POST.get("login", "")
    return given.strip().lower()
