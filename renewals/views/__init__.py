"""Renewals as pages."""

from renewals.views.answering import quote_choose
from renewals.views.calendar_pages import renewal_calendar, renewal_calendar_file
from renewals.views.contact_check import contact_check
from renewals.views.notice_pages import agreement_notices, notice_bounce, notice_page, site_notices
from renewals.views.notice_settings import calendar_address, calendar_feed, customer_ladder, notice_settings
from renewals.views.quote_files import KINDS, kind_answer, pdf_answer, quote_file
from renewals.views.quote_pages import (
    quote_page,
    quote_pdf,
    quote_rerun,
    quote_verb,
    quotes,
)
from renewals.views.radar_pages import coverage_radar, coverage_radar_file

__all__ = [
    "KINDS",
    "agreement_notices",
    "calendar_address",
    "calendar_feed",
    "contact_check",
    "coverage_radar",
    "coverage_radar_file",
    "customer_ladder",
    "kind_answer",
    "notice_bounce",
    "notice_page",
    "notice_settings",
    "pdf_answer",
    "quote_choose",
    "quote_file",
    "quote_page",
    "quote_pdf",
    "quote_rerun",
    "quote_verb",
    "quotes",
    "renewal_calendar",
    "renewal_calendar_file",
    "site_notices",
]
