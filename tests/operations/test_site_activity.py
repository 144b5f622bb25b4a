"""Whether a site is inactive (rule S6), from its orders, its S&S and its enrollments; and what wakes it."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from licenses.queries import site_activity
from licenses.rules.activity import SiteFacts, activity
from licenses.rules.rulebook import CURRENT
from migrations_app.facts import site_facts
from sites.models import Enrollment, Site
from tests.cast import looking
from tests.enrolling import decide, submitted, wish

LAST = date(2024, 11, 24)


@pytest.mark.parametrize(
    ("facts", "on", "inactive"),
    [
        (SiteFacts(last_order=LAST), date(2026, 11, 24), False),
        (SiteFacts(last_order=LAST), date(2026, 11, 25), True),
        (SiteFacts(last_order=date(2020, 1, 1), last_cover=LAST), date(2026, 11, 24), False),
        (SiteFacts(last_order=date(2020, 1, 1), last_cover=LAST), date(2026, 11, 25), True),
        (SiteFacts(last_cover=date(2030, 1, 31)), date(2026, 11, 25), False),
        (SiteFacts(last_order=LAST, enrolled_on=date(2026, 11, 25)), date(2026, 11, 25), False),
        (SiteFacts(last_order=date(2024, 2, 29)), date(2026, 2, 28), False),
        (SiteFacts(last_order=date(2024, 2, 29)), date(2026, 3, 1), True),
    ],
)
def test_it_falls_silent_on_the_very_day(facts, on, inactive):
    assert activity(facts, on, CURRENT).inactive is inactive


@pytest.mark.parametrize("recorded", [True, False])
def test_of_a_site_that_nothing_is_known_of_the_record_stands(recorded):
    found = activity(SiteFacts(), LAST, CURRENT, recorded_inactive=recorded)
    assert (found.inactive, found.inactive_from) == (recorded, None)


def silent_from(site):
    """The first day on which a site will have been silent for so long."""
    with looking():
        return site_activity([site], date(2026, 11, 24))[site.pk].inactive_from


@pytest.mark.django_db
def test_a_site_with_running_cover_becomes_inactive_when_that_is_long_over(world, today):
    site = world.originating_site
    begins = silent_from(site)
    with looking():
        assert site_facts([site], begins - timedelta(days=1))[site.pk].status == "active"
        assert site_facts([site], begins)[site.pk].status == "inactive"
        latest = max(line.coverage_end for line in world.lines(site, available=0) if line.coverage_end)
    assert begins == latest + relativedelta(months=24) + timedelta(days=1)


@pytest.mark.django_db
def test_enrolling_again_heals_it(world, acting, today):
    site = world.express_site
    with looking():
        Site.objects.filter(pk=site.pk).update(status="inactive")
    enrollment = submitted(acting, "mette", wish(kind="update", site_number=site.site_number, customer={}))
    decide(acting, "rikke", enrollment, "accept")
    later = silent_from(site)
    with looking():
        Enrollment.objects.filter(pk=enrollment.pk).update(decided_at=None)
    assert silent_from(site) <= later


@pytest.mark.django_db
def test_many_sites_take_as_many_questions_as_one(world, today, django_assert_max_num_queries):
    with looking():
        sites = list(Site.objects.select_related("customer"))
        site_activity(sites[:1], today)
        with django_assert_max_num_queries(6):
            site_activity(sites[:1], today)
        with django_assert_max_num_queries(6):
            site_activity(sites, today)


@pytest.mark.django_db
def test_the_sites_page_says_why(world, client_of, settings):
    site = world.originating_site
    begins = silent_from(site)
    assert "active at least until" in client_of("mette").get(f"/sites/{site.site_number}/").content.decode()
    settings.CLOCK_TODAY = begins
    page = client_of("mette").get(f"/sites/{site.site_number}/").content.decode()
    assert "inactive since" in page and "Enroll the site again" in page
