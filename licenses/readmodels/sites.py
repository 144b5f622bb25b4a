"""Sites with where their Agreements stand; a fixed number of queries whatever the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from licenses.queries import site_activity, standings
from licenses.rules.activity import Activity
from licenses.rules.levels import Standing
from licenses.rules.rulebook import BASE_LEVEL
from sites.models import Site
from sites.models.site import SiteStatus
from sites.tenancy import Actor


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """A site with where its Agreement stands; an Express site has none and is priced at BL (rule S4)."""

    site: Site
    standing: Standing | None
    activity: Activity

    @property
    def status(self) -> SiteStatus:
        """Active or inactive, as its orders and its S&S tell (rule S6)."""
        return SiteStatus.INACTIVE if self.activity.inactive else SiteStatus.ACTIVE

    @property
    def level(self) -> str:
        return self.standing.level if self.standing else BASE_LEVEL

    @property
    def anniversary(self) -> date | None:
        return self.standing.anniversary if self.standing else None


def site_standings(sites: Iterable[Site], on: date) -> list[SiteStanding]:
    """Each site on `on`; needs `agreement`."""
    rows = list(sites)
    agreements = {s.agreement.pk: s.agreement for s in rows if s.agreement}
    found = standings(agreements.values(), on) if agreements else {}
    lives = site_activity(rows, on)
    return [SiteStanding(s, found.get(s.agreement_id) if s.agreement_id else None, lives[s.pk]) for s in rows]


def visible_sites(actor: Actor) -> QuerySet[Site]:
    """The sites that `actor` sees, by number."""
    return Site.objects.visible_to(actor).select_related("agreement", "customer").order_by("site_number")
