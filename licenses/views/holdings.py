"""License lines and proofs as pages."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.api.proofs import pdf_answer, verify_url
from licenses.forms import LicenseFilter, ProofFilter, VerifyForm
from licenses.models import Hold, Proof
from licenses.papers.labels import programs
from licenses.papers.render import Unprintable
from licenses.queries import rule_book
from licenses.readmodels import (
    anniversary_of,
    cover_why,
    license_lines,
    lineage,
    moments,
    one,
    proof_chain,
    proof_cover_why,
    public_proof,
    visible_proofs,
)
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of, asked_heading, cover_tag, file_items, line_rows
from sites.clock import now, today
from sites.templatetags.formats import day
from sites.templatetags.formats import number as figure
from sites.words import fault_sentence


def license_list(request: HttpRequest) -> HttpResponse:
    """What is held now, or was held as of a day, as known at an instant (rule P7), by site and part."""
    actor = actor_of(request)
    form = LicenseFilter(request.GET or None, actor=actor)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    times = moments(asked.get("as_of"), asked.get("known_at"), now())
    rows = license_lines(actor, times.as_of, times.known_at).filter(quantity__gt=0)
    if site := asked.get("site"):
        rows = rows.filter(site=site)
    if program := asked.get("program"):
        rows = rows.filter(site__program=program)
    if part := asked.get("part"):
        rows = rows.filter(Q(part__part_number__icontains=part) | Q(part__description__icontains=part))
    if form.is_bound and not form.is_valid():
        rows = rows.none()
    page = slice_of(rows, ("site__site_number", "part_id", "id"), request)
    context = {
        "form": form,
        "page": page,
        "lines": line_rows(page.rows, times.as_of or today()),
        "site": site,
        "times": times,
        "heading": asked_heading(times) if times.as_of or times.known_at else "",
        "files": file_items("holdings_statement", site.site_number, times) if site else [],
        "filtered": bool(form.is_valid() and any(asked.values())),
        "may_move": bool(actor.writer_of or actor.mandates) if site is None else actor.may_write(site.customer),
    }
    return render(request, "licenses/license_list.html", context)


def license_page(request: HttpRequest, pk: str) -> HttpResponse:
    """A license line: cover, lineage, proofs."""
    actor = actor_of(request)
    rows = license_lines(actor).select_related(
        "site__customer", "site__agreement", "part__renewal_part", "follows__part"
    )
    line: Any = one(rows, pk=pk)
    periods = list(line.cover.order_by("-starts_on"))
    book = rule_book()
    whys = cover_why(line, periods, anniversary_of(line), book.version)
    context = {
        "line": line,
        "facts": _line_facts(line),
        "cover": cover_tag(line.coverage_end, today(), book.renewal_soon_days),
        "periods": [(each, whys.get((each.starts_on, each.ends_on))) for each in periods],
        "steps": lineage(actor, line),
        "proofs": Proof.objects.visible_to(actor).filter(entitlement=line).order_by("-number"),
        "followers": license_lines(actor).filter(follows=line, quantity__gt=0).order_by("acquired_on", "pk"),
        "may_move": line.quantity > 0 and not line.traded_up and actor.may_write(line.site.customer),
        "crumbs": [Item(_("Licenses"), url=reverse("licenses")), Item(line.label)],
    }
    return render(request, "licenses/license_page.html", context)


def _line_facts(line: Any) -> list[Item]:
    site_url = reverse("site_page", args=[line.site.site_number])
    held = Hold.objects.filter(entitlement=line, released_at__isnull=True).exists()
    note = _("the rest is promised to an open request") if held else ""
    facts = [
        Item(_("Part number"), line.part_id),
        Item(_("Metric"), line.part.metric or "–"),
        Item(_("Site"), f"{line.site.site_number} {line.site.name}", url=site_url),
        Item(_("Program"), line.site.get_program_display()),
        Item(_("Quantity"), figure(line.quantity)),
        Item(_("Available"), figure(line.available_quantity), note=note),
        Item(_("Order reference"), line.order_reference),
        Item(_("Acquired on"), day(line.acquired_on)),
        Item(_("Renewal part"), line.part.renewal_part_id or "–"),
    ]
    if line.follows:
        url = reverse("license_page", args=[line.follows.pk])
        facts.append(Item(_("Renewal of"), str(line.follows), url=url))
    if line.traded_up:
        facts.append(Item(_("Trade-up"), _("replaced by a trade-up, so it can't move")))
    return facts


def proof_list(request: HttpRequest) -> HttpResponse:
    """The actor's proofs, newest number first."""
    actor = actor_of(request)
    form = ProofFilter(request.GET or None, actor=actor)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows = visible_proofs(actor)
    if site := asked.get("site"):
        rows = rows.filter(entitlement__site=site)
    if status := asked.get("status"):
        rows = rows.filter(status=status)
    if form.is_bound and not form.is_valid():
        rows = rows.none()
    context = {
        "form": form,
        "page": slice_of(rows, ("number",), request, descending=True),
        "filtered": bool(site or status),
    }
    return render(request, "licenses/proof_list.html", context)


def proof_page(request: HttpRequest, number: str) -> HttpResponse:
    """A proof, with the chain of papers that it stands in."""
    proof = one(visible_proofs(actor_of(request)), number=number)
    return render(request, "licenses/proof_page.html", _proof_context(request, proof))


def _proof_context(request: HttpRequest, proof: Proof) -> dict[str, Any]:
    return {
        "proof": proof,
        "facts": _proof_facts(proof),
        "chain": proof_chain(proof),
        "verify_url": verify_url(request, proof),
        "crumbs": [Item(_("Proofs"), url=reverse("proofs")), Item(proof.number)],
    }


def _proof_facts(proof: Proof) -> list[Item]:
    paper, line = proof.paper, proof.entitlement
    start, end = paper.get("cover_start"), paper.get("cover_end")
    site_url = reverse("site_page", args=[line.site.site_number])
    return [
        Item(_("Description"), paper["description"]),
        Item(_("Part number"), paper["part_number"], url=reverse("license_page", args=[line.pk])),
        Item(_("Quantity"), figure(proof.quantity), note=paper["metric"]),
        Item(_("Order reference"), paper["order_reference"]),
        Item(_("Software Subscription and Support"), _cover(start, end), why=proof_cover_why(proof)),
        Item(_("Program"), programs().get(paper["program"], paper["program"])),
        Item(_("Customer"), paper["customer_name"]),
        Item(_("Site"), f"{paper['site_number']} {paper['site_name']}", url=site_url),
        Item(_("Agreement number"), paper["agreement_number"] or "–"),
        Item(_("Issued on"), day(proof.issued_on)),
    ]


def _cover(start: str | None, end: str | None) -> str:
    return f"{day(start)} – {day(end)}" if start and end else "–"


def proof_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate; where a name in it can't be printed, the page says so."""
    proof = one(visible_proofs(actor_of(request)), number=number)
    try:
        return pdf_answer(request, proof)
    except Unprintable as refusal:
        faults = [fault_sentence(f) for f in refusal.faults]
        context = {**_proof_context(request, proof), "faults": faults}
        return render(request, "licenses/proof_page.html", context, status=409)


@login_not_required
def verify_proof(request: HttpRequest, number: str = "") -> HttpResponse:
    """Says to anybody whether a proof stands, and nothing about whose it is."""
    form = VerifyForm(request.GET or None)
    if not number and form.is_valid():
        return redirect("verify_proof", number=form.cleaned_data["number"].strip())
    found = public_proof(number) if number else None
    context = {
        "number": number,
        "proof": found,
        "program": programs().get(found.program, found.program) if found else "",
        "status": Proof.Status(found.status).label if found else "",
        "form": form,
    }
    return render(request, "licenses/verify.html", context, status=404 if number and found is None else 200)
