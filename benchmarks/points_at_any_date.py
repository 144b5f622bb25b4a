"""Balance and level on any day, as known at any instant, on a large points ledger, beside a primary-key look-up.

PASSAGE_BENCH_ENTRIES sets the size of the ledger (10 million where it isn't set). A tenth of it lies on one Agreement.
"""

import os
import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, connections, transaction

from benchmarks.measure import Result, best_of
from licenses.queries import standing
from sites.models import Agreement, Customer, StaffRole, User
from sites.tenancy import begin

ENTRIES = int(os.environ.get("PASSAGE_BENCH_ENTRIES", 10_000_000))
AGREEMENTS = max(ENTRIES // 5_000, 20)
FIRST, DAYS = date(2020, 3, 1), 2_400
QUESTIONS = 400

_WORLD = f"""
INSERT INTO sites_customer SELECT (jsonb_populate_record(c, jsonb_build_object(
           'id', md5('customer' || n)::uuid, 'name', 'Bench ' || n, 'registration_number', 'B' || n,
           'ibm_customer_number', 'B' || n))).*
  FROM generate_series(1, {AGREEMENTS}) AS n, (SELECT t AS c FROM sites_customer AS t WHERE t.id = %(customer)s) AS one;
INSERT INTO sites_agreement SELECT (jsonb_populate_record(a, jsonb_build_object(
           'id', md5('agreement' || n)::uuid, 'customer_id', md5('customer' || n)::uuid, 'number', (7700000 + n)::text,
           'term_start', '{FIRST}'))).*
  FROM generate_series(1, {AGREEMENTS}) AS n,
       (SELECT t AS a FROM sites_agreement AS t WHERE t.id = %(agreement)s) AS one;
"""
# One entry in ten belongs to the first Agreement; within an Agreement, days and numbers rise together.
_ENTRIES = f"""
INSERT INTO licenses_pointsmovement (id, customer_id, agreement_id, site_id, target_id, amount, kind, reference,
                                     effective_on, recorded_at, recorded_by_id, sequence, chain)
SELECT md5('entry' || n)::uuid, md5('customer' || k)::uuid, md5('agreement' || k)::uuid, md5('site' || k)::uuid,
       md5('agreement' || k)::uuid, (1 + n %% 400)::numeric / 100, 'adjustment', 'bench',
       date '{FIRST}' + (n * {DAYS} / {ENTRIES})::int,
       (date '{FIRST}' + (n * {DAYS} / {ENTRIES})::int)::timestamptz + interval '8 hours'
           + make_interval(secs => (n %% ({ENTRIES} / {DAYS} + 1)) * 0.5),
       (SELECT id FROM sites_user LIMIT 1), n, ''
  FROM (SELECT n, CASE WHEN n %% 10 = 0 THEN 1 ELSE 1 + (n / 10) %% {AGREEMENTS} END AS k
          FROM generate_series(%s::bigint, %s::bigint) AS n) AS x
"""
# What the portal's worker had written day by day: a closing for every fifty entries, and each ended Term's.
_CLOSINGS = """
WITH running AS (
    SELECT customer_id, agreement_id, licenses_term_start(%(first)s, effective_on) AS term, effective_on, sequence,
           recorded_at, sum(amount) OVER (PARTITION BY agreement_id, licenses_term_start(%(first)s, effective_on)
                                          ORDER BY effective_on, sequence) AS points,
           row_number() OVER (PARTITION BY agreement_id ORDER BY sequence) AS nth
      FROM licenses_pointsmovement WHERE reference = 'bench')
INSERT INTO licenses_pointsclosing
       (customer_id, agreement_id, term_start, day, points, peak, through, through_at, recorded_at)
SELECT customer_id, agreement_id, term, effective_on, points, points, sequence, recorded_at,
       recorded_at + interval '1 second'
  FROM running WHERE nth %% 50 = 0
"""
_TERMS = """
INSERT INTO licenses_termclosing
       (customer_id, agreement_id, starts_on, ends_on, points, level, opens_with, rule_version, recorded_at)
SELECT customer_id, agreement_id, term, (term + interval '1 year')::date - 1, sum(amount), 'H', 'H', '2026.1',
       (term + interval '1 year')::timestamptz
  FROM (SELECT customer_id, agreement_id, amount, licenses_term_start(%(first)s, effective_on) AS term
          FROM licenses_pointsmovement WHERE reference = 'bench') AS x
 WHERE term + interval '1 year' <= %(last)s GROUP BY 1, 2, 3
"""


def _rep() -> User:
    """Somebody to ask: a rep of the country that the customers are in."""
    people = User.objects.using("owner")
    rep = people.create(email=f"{uuid4()}@bench.example", name="Bench")
    StaffRole.objects.using("owner").create(user=rep, role="rep", country="DK", valid_from=FIRST)
    return rep


def _load() -> None:
    customer = Customer.objects.using("owner").create(name="Bench", country="DK")
    agreement = Agreement.objects.using("owner").create(number="7700000", customer=customer, term_start=FIRST)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_WORLD, {"customer": customer.pk, "agreement": agreement.pk})
        for start in range(1, ENTRIES + 1, 1_000_000):
            cursor.execute(_ENTRIES, [start, min(start + 999_999, ENTRIES)])
        asked = {"first": FIRST, "last": FIRST + timedelta(days=DAYS)}
        cursor.execute(_CLOSINGS, asked)
        cursor.execute(_TERMS, asked)
        cursor.execute("SET session_replication_role = DEFAULT")
        for table in ("sites_customer", "sites_agreement", "licenses_pointsmovement", "licenses_pointsclosing"):
            cursor.execute(f"ANALYZE {table}")


def run() -> Result:
    """A rep's questions about random Agreements, every other one about the busiest; the same number of look-ups."""
    _load()
    rep = _rep()
    dice = random.Random(1)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id FROM licenses_pointsmovement TABLESAMPLE SYSTEM (1) LIMIT %s", [QUESTIONS])
        keys = [key for (key,) in cursor.fetchall()]
    with transaction.atomic():
        begin(rep.pk)
        agreements = list(Agreement.objects.filter(number__gte="7700001", number__lte="7799999").order_by("number"))
        busiest = next(a for a in agreements if a.number == "7700001")
        questions = []
        for n in range(QUESTIONS):
            known = FIRST + timedelta(days=dice.randint(30, DAYS))
            on = FIRST + timedelta(days=dice.randint(0, (known - FIRST).days))
            at = datetime(known.year, known.month, known.day, 12, tzinfo=UTC)
            questions.append((busiest if n % 2 else dice.choice(agreements), on, at))
        seconds = best_of(3, lambda: [standing(*question) for question in questions])
        bare = best_of(3, lambda: [_look_up(key) for key in keys])
    return Result("points_at_any_date", ENTRIES, seconds, f"{len(keys)} primary-key look-ups", bare)


def _look_up(key: UUID) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM licenses_pointsmovement WHERE id = %s", [key])
        return cursor.fetchone()
