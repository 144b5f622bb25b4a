"""Two customers of one Enterprise, and a move from Fjordbyg's Express site to Nordvind's Passport Advantage site.

Lars answers for the source and Mette for the target; neither reads the other's rows. Jonas, who drafts it, has mandates
of both that don't include the consent.
"""

from datetime import date

from licenses.models import Entitlement
from migrations_app.models import TransferRequest
from migrations_app.operations import create_request, take
from migrations_app.reading import LineInput, WaiverInput
from sites.clock import now
from sites.models import Customer, Enterprise, Mandate, SiteContact
from tests.cast import World, acting, looking


def source_line(world: World) -> Entitlement:
    """A license of Fjordbyg's Express site that no check stops."""
    lines = world.lines(world.sites(world.fjordbyg, "PAE")[0])
    return next(x for x in lines if x.part.kind == "LICENSE_PLUS_S&S" and not x.traded_up and x.coverage_end)


def make_sisters(world: World, today: date) -> None:
    """One Enterprise, the two contacts, and mandates without consent."""
    pair = [world.fjordbyg, world.nordvind]
    express = world.sites(world.fjordbyg, "PAE")[0]
    with looking():
        Customer.objects.filter(pk__in=[c.pk for c in pair]).update(
            enterprise=Enterprise.objects.create(name="Sisters")
        )
        Mandate.objects.filter(customer__in=pair).update(includes_consent=False)
        for site, person in ((express, world.lars), (world.originating_site, world.mette)):
            SiteContact.objects.valid_on(today).filter(site=site, role="primary").update(user=person)


def drafted(world: World, today: date) -> TransferRequest:
    """Jonas drafts a move of one unit."""
    with acting("jonas") as actor:
        return create_request(
            actor=actor, at=now(), on=today, source_site=source_line(world).site.site_number,
            target_site=world.originating_site.site_number, enrollment=None, effective_on=None,
            reason="One agreement for both", lines=[LineInput(source_line(world).pk, 1)],
        )  # fmt: skip


def asked(world: World, today: date) -> TransferRequest:
    """The sisters, and Jonas's request with every warning taken note of: both consents are missing."""
    make_sisters(world, today)
    draft = drafted(world, today)
    waivers = [WaiverInput(c["code"], c["line"], "Understood") for c in draft.checks if c["waivable"]]
    with acting("jonas") as actor:
        return take("submit", actor=actor, at=now(), on=today, request_id=draft.pk, waivers=waivers)
