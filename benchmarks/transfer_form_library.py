"""The same form through django-import-export: what a project does that writes a ModelResource and its hooks.

In default use, as the library's admin has it: a dry run first, which is the preview, then the import; each row in a
savepoint of its own, with its diff. In bulk: instances gathered and written by thousands, without diffs; the rows
beside them too. Both check what the rows need, promise and move the units, and write the papers; the ledger is posted
by the product's function. They write less than the product: no findings for each row, no waivers, consents, events.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from tablib import Dataset

from benchmarks.transfer_form_product import acting
from benchmarks.transfer_world import SENDER
from licenses.models import CoverPeriod, Entitlement, Hold, Proof
from licenses.operations.postings import QuantityEntry, post_quantities
from migrations_app.models import TransferLine, TransferRequest
from portal.kernel.period import is_month_end
from sites.clock import today
from sites.models import Site, SiteContact
from sites.numbers import next_number, next_numbers
from sites.tenancy import Actor


class MoveResource(ModelResource):
    """A row of the form is a line of a request; what follows from it is written by the hooks."""

    entitlement = Field("entitlement", "entitlement", ForeignKeyWidget(Entitlement))
    request = Field("request", "request", ForeignKeyWidget(TransferRequest))
    quantity = Field("quantity", "quantity")

    class Meta:
        model = TransferLine
        import_id_fields: Sequence[str] = ()
        fields = ("entitlement", "request", "quantity")
        use_transactions = True

    def __init__(self, actor: Actor):
        super().__init__()
        self.actor = actor
        self.requests: dict[tuple[str, str], TransferRequest] = {}

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Two columns more for what the rows name; a dry run's requests are gone."""
        self.requests = {}
        dataset.append_col([""] * len(dataset), header="entitlement")
        dataset.append_col([""] * len(dataset), header="request")

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """Look up what the row names, and check it. Raises ValidationError."""
        source, target = (
            Site.objects.select_related("customer", "agreement").filter(site_number=row[f"{end}_site_number"]).first()
            for end in ("source", "target")
        )
        if source is None or target is None:
            raise ValidationError("There is no such site.")
        lines = Entitlement.objects.with_quantity().select_related("part")
        line = lines.filter(
            site=source, part_id=row["part_number"], order_reference=row["order_reference"], quantity__gt=0
        ).first()
        if line is None:
            raise ValidationError("The site holds nothing of that order.")
        row["quantity"] = int(row["quantity"])
        if found := self._findings(line, source, target, row["quantity"]):
            raise ValidationError(found)
        row["entitlement"] = line.pk
        row["request"] = self._request(source, target).pk

    def _findings(self, line: Entitlement, source: Site, target: Site, quantity: int) -> list[str]:
        contacts = SiteContact.objects.valid_on(today()).filter(site__in=[source, target], role="primary")
        wrong = {
            "not yours": not self.actor.may_write(source.customer),
            "too many": not 0 < quantity <= line.available_quantity,
            "no Passport Advantage site": target.program != "PA",
            "another Enterprise": source.customer_id != target.customer_id,
            "traded up": line.traded_up,
            "not eligible": not line.part.eligible or line.part.renewal_part_id is None,
            "no contact": contacts.count() < 2,
            "cover": line.coverage_end is None or line.coverage_end < today() or not is_month_end(line.coverage_end),
        }
        return [name for name, is_wrong in wrong.items() if is_wrong]

    def _request(self, source: Site, target: Site) -> TransferRequest:
        key = (source.site_number, target.site_number)
        if key not in self.requests:
            self.requests[key] = TransferRequest.objects.create(
                number=next_number("transfer"),
                customer=source.customer,
                source_site=source,
                target_customer=target.customer,
                target_site=target,
                reason="Bench",
                created_by_id=self.actor.user_id,
                created_at=timezone.now(),
            )
        return self.requests[key]

    def before_save_instance(self, instance: TransferLine, row: dict[str, Any], **kwargs: Any) -> None:
        """What the line keeps of itself."""
        line, request = instance.entitlement, instance.request
        instance.customer_id, instance.target_customer_id = request.customer_id, request.target_customer_id
        instance.told = {"part_number": line.part_id, "order_reference": line.order_reference}

    def after_save_instance(self, instance: TransferLine, row: dict[str, Any], **kwargs: Any) -> None:
        """Promise, move and prove the units of one line."""
        at, line, request = timezone.now(), instance.entitlement, instance.request
        hold = Hold.objects.create(
            customer_id=line.customer_id, entitlement=line, quantity=instance.quantity, reference=request.pk,
            placed_at=at,
        )  # fmt: skip
        hold.released_at = at
        hold.save(update_fields=["released_at"])
        arrival = arrival_of(line, request)
        arrival.save(force_insert=True)
        for period in CoverPeriod.objects.filter(entitlement=line):
            period_of(period, arrival).save(force_insert=True)
        post_quantities([entry_of(line, arrival, instance.quantity, request)])
        old = Proof.objects.get(entitlement=line, status=Proof.Status.VALID)
        old.status = Proof.Status.SUPERSEDED
        old.save(update_fields=["status"])
        proof_of(arrival, instance.quantity, next_number("proof"), old).save(force_insert=True)
        instance.arrived_as = arrival
        instance.save(update_fields=["arrived_as"])

    def after_import(self, dataset: Dataset, result: Any, **kwargs: Any) -> None:
        """The requests go their way."""
        for request in self.requests.values():
            for status in ("submitted", "in_review", "approved", "completed"):
                request.status, request.version = status, request.version + 1
                request.save(update_fields=["status", "version"])


class BulkMoveResource(MoveResource):
    """The same with the library's bulk mode: a thousand lines are written together, and what follows from them."""

    class Meta(MoveResource.Meta):
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        force_init_instance = True

    def after_save_instance(self, instance: TransferLine, row: dict[str, Any], **kwargs: Any) -> None:
        """Nothing is saved yet."""

    def bulk_create(self, using_transactions: bool, dry_run: bool, *args: Any, **kwargs: Any) -> None:
        """The lines by the library, the rest of them set by set."""
        moved: list[TransferLine] = list(self.create_instances)
        super().bulk_create(using_transactions, dry_run, *args, **kwargs)
        if not moved:
            return
        at = timezone.now()
        holds = [
            Hold(
                customer_id=m.customer_id, entitlement_id=m.entitlement_id, quantity=m.quantity,
                reference=m.request_id, placed_at=at,
            )
            for m in moved
        ]  # fmt: skip
        Hold.objects.bulk_create(holds)
        Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(released_at=at)
        for line in moved:
            line.arrived_as = arrival_of(line.entitlement, line.request)
        Entitlement.objects.bulk_create([m.arrived_as for m in moved])
        arrivals = {m.entitlement_id: m.arrived_as for m in moved}
        cover = CoverPeriod.objects.filter(entitlement__in=arrivals)
        CoverPeriod.objects.bulk_create([period_of(period, arrivals[period.entitlement_id]) for period in cover])
        post_quantities([entry_of(m.entitlement, m.arrived_as, m.quantity, m.request) for m in moved])
        old = {p.entitlement_id: p for p in Proof.objects.filter(entitlement__in=arrivals, status="valid")}
        Proof.objects.filter(pk__in=[p.pk for p in old.values()]).update(status="superseded")
        numbers = next_numbers("proof", len(moved))
        Proof.objects.bulk_create(
            [
                proof_of(m.arrived_as, m.quantity, number, old[m.entitlement_id])
                for m, number in zip(moved, numbers, strict=True)
            ]
        )
        TransferLine.objects.bulk_update(moved, ["arrived_as"], batch_size=1000)


def arrival_of(line: Entitlement, request: TransferRequest) -> Entitlement:
    """The line as it arrives."""
    return Entitlement(
        customer_id=request.target_customer_id, site=request.target_site, part=line.part,
        order_reference=line.order_reference, acquired_on=line.acquired_on, coverage_start=line.coverage_start,
        coverage_end=line.coverage_end, moved_from=line, traded_up=line.traded_up,
    )  # fmt: skip


def period_of(period: CoverPeriod, arrival: Entitlement) -> CoverPeriod:
    """A period of cover that goes along."""
    return CoverPeriod(
        customer_id=arrival.customer_id, entitlement=arrival, starts_on=period.starts_on, ends_on=period.ends_on,
        source=period.source, recorded_at=timezone.now(),
    )  # fmt: skip


def entry_of(line: Entitlement, arrival: Entitlement, quantity: int, request: TransferRequest) -> QuantityEntry:
    """The movement of one line."""
    return QuantityEntry(uuid4(), line.pk, arrival.pk, quantity, "transfer", str(request.pk), today())


def proof_of(arrival: Entitlement, quantity: int, number: int, old: Proof) -> Proof:
    """The new paper."""
    site, customer, part = arrival.site, arrival.site.customer, arrival.part
    paper = {
        "program": site.program,
        "part_number": part.part_number,
        "description": part.description,
        "metric": part.metric,
        "order_reference": arrival.order_reference,
        "acquired_on": arrival.acquired_on.isoformat(),
        "cover_start": str(arrival.coverage_start),
        "cover_end": str(arrival.coverage_end),
        "customer_name": customer.name,
        "customer_number": customer.ibm_customer_number,
        "registration_number": customer.registration_number,
        "customer_address": [customer.street, f"{customer.postal_code} {customer.city}", customer.country.name],
        "site_name": site.name,
        "site_number": site.site_number,
        "site_address": [site.street, f"{site.postal_code} {site.city}", site.country.name],
        "agreement_number": site.agreement.number,
    }
    return Proof(
        customer_id=arrival.customer_id, entitlement=arrival, number=f"PoE-{number:08d}", quantity=quantity,
        issued_on=today(), language="da", paper=paper, supersedes=old,
    )  # fmt: skip


def imported(form: Path, resource: type[MoveResource], rows: int) -> float:
    """Seconds from the file to moved, the dry run before it included. Raises RuntimeError where a row is missing."""
    started = time.perf_counter()
    for dry_run in (True, False):
        with acting(SENDER) as actor:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
            dataset = Dataset().load(form.read_bytes(), format="xlsx")
            result = resource(actor).import_data(dataset, dry_run=dry_run, raise_errors=True)
            if result.totals["new"] != rows:
                raise RuntimeError(f"{form.name}: {result.totals}")
    return time.perf_counter() - started
