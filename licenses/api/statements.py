"""Statements as files, for API and pages alike; made in the reader's language, the same question the same file."""

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import AnyAnswer, actor_of
from licenses.papers.holdings import holdings_pdf
from licenses.papers.points import points_pdf
from licenses.readmodels import (
    MOST_IN_SHEET,
    MOST_ON_PAPER,
    Moments,
    holdings_statement,
    moments,
    one,
    points_statement,
    points_view,
    visible_sites,
)
from licenses.sheets import holdings_xlsx, points_xlsx
from sites.clock import now, today
from sites.models import Agreement, Site
from sites.tenancy import Actor
from sites.views.files import TYPES, file_answer

AS_OF = [
    OpenApiParameter("as_of", OpenApiTypes.DATE, description="What counts by this day; today where left out."),
    OpenApiParameter("known_at", OpenApiTypes.DATETIME, description="What was recorded by this instant."),
]
HELD_AS_OF = [
    OpenApiParameter("as_of", OpenApiTypes.DATE, description="Quantities, cover and proof as of this day."),
    OpenApiParameter("known_at", OpenApiTypes.DATETIME, description="Of what was recorded by this instant."),
]
KIND = OpenApiParameter("kind", enum=["pdf", "xlsx"], location=OpenApiParameter.PATH)
FILES = {(200, content_type): OpenApiTypes.BINARY for content_type in (TYPES["pdf"], TYPES["xlsx"])}


def asked_moments(request: Request) -> Moments:
    """`as_of` and `known_at` of the address. Raises Invalid with all that is wrong with them."""
    asked = Asked(request.query_params)
    as_of, known_at = asked.day("as_of"), asked.instant("known_at")
    asked.done()
    return moments(as_of, known_at, now())


def of_today(asked: Moments) -> Moments:
    """The question about points: as of today where no day is named."""
    return moments(asked.as_of or today(), asked.known_at, asked.asked_at)


def points_file(agreement: Agreement, asked: Moments, kind: str) -> HttpResponse:
    """The statement of points as `pdf` or `xlsx`; needs `customer`. Raises Unprintable."""
    asked, lang = of_today(asked), _language()
    view = points_view(agreement, asked, asked.as_of or today())
    paper = points_statement(view, lang, MOST_ON_PAPER if kind == "pdf" else MOST_IN_SHEET)
    content = points_pdf(paper, lang) if kind == "pdf" else points_xlsx(paper, lang)
    return file_answer(content, f"points-{agreement.number}-{paper.as_of}.{kind}", inline=kind == "pdf", language=lang)


def holdings_file(actor: Actor, site: Site, asked: Moments, kind: str) -> HttpResponse:
    """The license overview of a site as `pdf` or `xlsx`; needs `customer`, `agreement`. Raises Unprintable."""
    lang = _language()
    paper = holdings_statement(actor, site, asked, MOST_ON_PAPER if kind == "pdf" else MOST_IN_SHEET)
    content = holdings_pdf(paper, lang) if kind == "pdf" else holdings_xlsx(paper, lang)
    return file_answer(
        content, f"licenses-{site.site_number}-{paper.as_of or today()}.{kind}", inline=kind == "pdf", language=lang
    )


def _language() -> str:
    return "da" if (get_language() or "en").startswith("da") else "en"


class PointsStatement(APIView):
    """The statement of points as PDF or XLSX: figures, Terms and entries, as of a day, as known at an instant."""

    content_negotiation_class = AnyAnswer

    @extend_schema(operation_id="v1_agreements_points_statement", responses=FILES, parameters=[KIND, *AS_OF])
    def get(self, request: Request, number: str, kind: str) -> HttpResponse:
        rows = Agreement.objects.visible_to(actor_of(request)).select_related("customer")
        return points_file(one(rows, number=number), asked_moments(request), kind)


class HoldingsStatement(APIView):
    """The license overview of a site as PDF or XLSX, as of a day, as known at an instant."""

    content_negotiation_class = AnyAnswer

    @extend_schema(operation_id="v1_sites_licenses_statement", responses=FILES, parameters=[KIND, *HELD_AS_OF])
    def get(self, request: Request, site_number: str, kind: str) -> HttpResponse:
        actor = actor_of(request)
        site = one(visible_sites(actor), site_number=site_number)
        return holdings_file(actor, site, asked_moments(request), kind)
