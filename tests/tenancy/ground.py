"""Rows for the walk: one of every kind for Nordvind and for Sydhavn, so that no table is empty by chance."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from licenses.models import (
    CoverPeriod,
    Entitlement,
    EntitlementImport,
    EntitlementImportRow,
    Hold,
    Part,
    PointsAdjustment,
    PriceImport,
    PriceImportRow,
    PriceList,
    TermClosing,
    TermReopening,
)
from licenses.operations import PointsEntry, QuantityEntry, issue_proof, post_points, post_quantities
from licenses.operations.closings import close_days
from migrations_app.models import (
    MOST_SCENARIOS,
    BatchRow,
    Consent,
    Scenario,
    TransferBatch,
    TransferLine,
    TransferRequest,
    Waiver,
)
from portal.models import ContactWish, IdempotencyKey
from renewals.models import (
    CalendarFeed,
    HandOver,
    LineChoice,
    Notice,
    NoticeChoice,
    NoticeRun,
    QuoteLine,
    QuotePutAside,
    QuoteRun,
    RenewalQuote,
)
from sites.events import tell
from sites.models import (
    Agreement,
    Customer,
    DeadAddress,
    Enrollment,
    Enterprise,
    Job,
    Mandate,
    Notification,
    OwnershipDeclaration,
    Partner,
    ScheduleEntry,
    Site,
    SiteContact,
    User,
)
from sites.tenancy import Actor, begin, system_actor

DAY = date(2026, 11, 2)
COMPANY = {
    "name": "Walk ApS", "registration_number": "", "vat_number": "", "street": "S", "postal_code": "1", "city": "C",
    "country": "DK",
}  # fmt: skip


def plant(customer: Customer, user: User, partner: Partner, number: int) -> None:
    """One more row of every kind for `customer`; `number` sets the two tenants' numbers apart."""
    at = timezone.now()
    with transaction.atomic():
        begin(user.pk)
        IdempotencyKey.objects.create(
            user=user, key=f"walk-{number}", fingerprint="0" * 64, status=200, content_type="text/plain", body=b"",
            created_at=at,
        )  # fmt: skip
        Enrollment.objects.create(kind="originating", company=COMPANY, created_by=user, created_at=at)
        _scenario(customer, user, number)
        _chosen(customer, user, number)
        Job.objects.create(kind="walk", subject_id=uuid4(), actor=user, due_at=at + timedelta(days=9), created_at=at)
    with transaction.atomic():
        system = system_actor()
        Customer.objects.filter(pk=customer.pk).update(enterprise=Enterprise.objects.create(name=f"Group {number}"))
        Mandate.objects.create(customer=customer, partner=partner, signed_by="…", valid_from=DAY, valid_to=DAY)
        agreement = Agreement.objects.create(number=f"99{number}", customer=customer, term_start=DAY)
        site, express = (
            Site.objects.create(
                customer=customer, site_number=f"98{number}{digit}", name=program, program=program,
                agreement=agreement if program == "PA" else None,
            )
            for digit, program in enumerate(("PA", "PAE"))
        )  # fmt: skip
        SiteContact.objects.create(
            customer=customer, site=site, role="technical", user=user, name="T", email="t@walk.example", valid_from=DAY
        )
        ScheduleEntry.objects.create(
            customer=customer, agreement=agreement, registration_number="1", name="S", valid_from=DAY
        )
        line = _license(system, express, agreement, site, number)
        request = _request(customer, user, express, site, line, number)
        _quote(customer, agreement, site, line, number, user)
        _noticed(customer, user, express, number)
        _points(system, agreement, site, number)
        batch = TransferBatch.objects.create(
            number=990_000 + number, created_by=user, filename="walk.csv", fingerprint=f"{number}", created_at=at
        )
        BatchRow.objects.create(batch=batch, created_by=user, customer=customer, number=2, outcome="valid")
        prices = PriceImport.objects.create(
            number=990_000 + number, price_list=PriceList.objects.get(currency="DKK"), effective_on=DAY,
            created_by_id=system.user_id, created_at=at, filename="walk.csv", fingerprint=f"{number}",
            status="checking",
        )  # fmt: skip
        PriceImportRow.objects.create(price_import=prices, number=2, outcome="invalid")
        holdings = EntitlementImport.objects.create(
            number=990_000 + number, customer=customer, site=express, created_by_id=system.user_id, created_at=at,
            filename="walk.csv", fingerprint=f"{number}", status="checking",
        )  # fmt: skip
        EntitlementImportRow.objects.create(file_import=holdings, customer=customer, number=2, outcome="rejected")
        Enrollment.objects.create(
            kind="additional",
            customer=customer,
            company=COMPANY,
            agreement_number=agreement.number,
            created_by=user,
            created_at=at,
        )
        told = tell(actor=system, at=at, kind="walked", subject=request, customer_id=customer.pk)
        _told(customer, user, request, told.pk)
        ContactWish.objects.bulk_create([ContactWish(name="W", company="W", email="w@walk.example", created_at=at)])


def _told(customer: Customer, user: User, request: TransferRequest, event: int) -> None:
    """Something told to the person, a count of refusals, and a declaration with a sister that nobody else reaches."""
    at = timezone.now()
    Notification.objects.bulk_create(
        [
            Notification(
                user=user, customer=customer, event=event, subject_type="transferrequest", subject_id=request.pk,
                kind="walked", at=at,
            )
        ]
    )  # fmt: skip
    sister = Customer.objects.create(name=f"Sister of {customer.name}", country=customer.country)
    OwnershipDeclaration.objects.create(
        customer=customer, other_customer=sister, declared_on=DAY, signed_by="W", position="W", statement="W",
        language="en", given_by=user, given_at=at,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT count_refusal(%s, 'rule', 'walked')", [DAY])
    _night()


def _chosen(customer: Customer, user: User, number: int) -> None:
    """What the person chose to be told by mail, and an address of a calendar."""
    at = timezone.now()
    NoticeChoice.objects.create(
        customer=customer, user=user, rungs=[90], valid_from=DAY - timedelta(days=2), set_by=user, set_at=at
    )
    CalendarFeed.objects.create(user=user, token_hash=f"{number}".zfill(64), created_at=at, revoked_at=at)


def _noticed(customer: Customer, user: User, site: Site, number: int) -> None:
    """Something told at a rung, an address that fails, and a run."""
    at = timezone.now()
    Notice.objects.create(
        customer=customer, site=site, ends_on=DAY, rung=30, person=str(user.pk), user=user, name="W",
        email="w@walk.example", outcome="told", told_on=DAY, at=at,
    )  # fmt: skip
    DeadAddress.objects.create(
        customer=customer, email=f"w{number}@walk.example", source="server", reason="r", found_at=at
    )
    NoticeRun.objects.create(day=date.fromordinal(730_000 + number), started_at=at)


def _license(actor: Actor, express: Site, agreement: Agreement, site: Site, number: int) -> Entitlement:
    customer = express.customer
    part = Part.objects.filter(eligible=True).first()
    line = Entitlement.objects.create(
        customer=customer, site=express, part=part, order_reference=f"W-{number}", acquired_on=DAY,
        coverage_start=DAY, coverage_end=DAY + timedelta(days=364),
    )  # fmt: skip
    CoverPeriod.objects.create(
        customer=customer, entitlement=line, starts_on=DAY, ends_on=DAY + timedelta(days=364), source="walk",
        recorded_at=timezone.now(),
    )  # fmt: skip
    post_quantities([QuantityEntry(uuid4(), None, line.pk, 10, "acquisition", f"W-{number}", DAY)])
    post_points([PointsEntry(uuid4(), agreement.pk, site.pk, Decimal("12.5"), "order", f"W-{number}", DAY)])
    Hold.objects.create(customer=customer, entitlement=line, quantity=2, reference=uuid4(), placed_at=timezone.now())
    issue_proof(actor=actor, at=timezone.now(), entitlement=line, quantity=10, on=DAY)
    return line


def _points(actor: Actor, agreement: Agreement, site: Site, number: int) -> None:
    """A closed day, a Term closed and re-opened, an adjustment that waits for its signature."""
    close_days(actor=actor, least=1)
    ours = {"customer": agreement.customer, "agreement": agreement}
    TermClosing.objects.create(
        **ours, starts_on=date(2001, 1, 1), ends_on=date(2001, 12, 31), points=0, level="BL", opens_with="BL",
        rule_version="1", recorded_at=timezone.now(),
    )  # fmt: skip
    TermReopening.objects.create(
        **ours, starts_on=date(2001, 1, 1), until=DAY, reason="r", reopened_by_id=actor.user_id,
        reopened_at=timezone.now(),
    )  # fmt: skip
    PointsAdjustment.objects.create(
        **ours, number=990_000 + number, site=site, points=Decimal(1), effective_on=DAY, reason="r",
        proposed_by_id=actor.user_id, proposed_at=timezone.now(),
    )  # fmt: skip


def _request(
    customer: Customer, user: User, source: Site, target: Site, line: Entitlement, number: int
) -> TransferRequest:
    at = timezone.now()
    request = TransferRequest.objects.create(
        number=990_000 + number, customer=customer, source_site=source, target_customer=customer, target_site=target,
        created_by=user, created_at=at,
    )  # fmt: skip
    both = {"customer": customer, "target_customer": customer, "request": request}
    TransferLine.objects.create(**both, entitlement=line, quantity=2)
    Consent.objects.create(**both, side="source", given_by=user, request_version=1, given_at=at)
    Waiver.objects.create(**both, code="V6", reason="r", consequence="c", given_by=user, given_at=at)
    return request


def _scenario(customer: Customer, user: User, number: int) -> None:
    """A kept what-if, while the person has a place left for one."""
    taken = Scenario.objects.filter(customer=customer, created_by=user).count()
    if taken < MOST_SCENARIOS:
        Scenario.objects.create(
            customer=customer, created_by=user, slot=taken + 1, name=f"Walk {number}", asked={"lines": []},
            rule_version="1", kept_on=DAY, created_at=timezone.now(),
        )  # fmt: skip


def _night() -> None:
    """A run over everybody, and an Agreement that it put aside."""
    at = timezone.now()
    QuoteRun.objects.get_or_create(on=date(2001, 1, 1), defaults={"started_at": at, "worked_at": at})
    QuotePutAside.objects.create(
        subject_type="agreement", subject_id=uuid4(), number="1", reason="r", since=at, tried_on=DAY, head_version=0,
        prices=0, rules="1",
    )  # fmt: skip


def _quote(customer: Customer, agreement: Agreement, site: Site, line: Entitlement, number: int, user: User) -> None:
    none = Decimal(0)
    quote = RenewalQuote.objects.create(
        number=f"Q-W-{number}", kind="transition", customer=customer, agreement=agreement, site=site, ordered_on=DAY,
        rsvp_level="BL", quote_level="BL", points=none, total=none, currency="DKK", valid_until=DAY, language="da",
        rule_version="1", price_list="walk", built_from=0, issued_at=timezone.now(),
    )  # fmt: skip
    QuoteLine.objects.create(
        customer=customer, quote=quote, entitlement=line, item=1, site_number=site.site_number, part_number="P",
        renewal_part="P", description="D", quantity=1, order_reference="O", points=none, cover_start=DAY,
        cover_end=DAY, months=1, list_unit_price=none, unit_price=none, amount=none,
    )  # fmt: skip
    LineChoice.objects.create(
        customer=customer, quote=quote, kind=quote.kind, due_on=DAY, entitlement=line, quantity=0, reason="r",
        chosen_by=user, chosen_at=timezone.now(),
    )  # fmt: skip
    HandOver.objects.create(
        customer=customer, quote=quote, number=quote.number, turn="rep", note="?", asked_by=user,
        asked_at=timezone.now(),
    )  # fmt: skip
