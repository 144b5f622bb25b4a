"""What every page of this package asks of its request."""

from django.http import HttpRequest

from sites.tenancy import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; the sign-in has seen to it that somebody does."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
