"""Two files for one customer at the same moment: no line is recorded twice, whoever comes second is told."""

from licenses.models import Entitlement, EntitlementImport
from licenses.operations.entitlement_imports import accept_holdings
from portal.kernel.errors import Refused
from sites.clock import now
from tests.cast import acting, looking
from tests.holding_files import checked, row


def test_two_reps_accept_two_files_with_the_same_line(at_once, run_jobs, world, today):
    site = world.express_site
    cases = [
        checked(acting, run_jobs, who, site, [row(), row(part, "3")])
        for who, part in (("mette", "D2BBBLL"), ("jonas", "D3CCCLL"))
    ]

    def accept(case, who):
        with acting(who) as actor:
            return accept_holdings(actor=actor, at=now(), on=today, import_id=case.pk).status

    told = at_once(
        *(lambda case=case, who=who: accept(case, who) for case, who in zip(cases, ("rikke", "soren"), strict=True))
    )
    assert [t for t in told if t == "accepted"] == ["accepted"]
    (refused,) = [t for t in told if t != "accepted"]
    assert isinstance(refused, Refused) and [f.code for f in refused.faults] == ["import_record_moved"]
    with looking():
        assert Entitlement.objects.filter(part_id="D1AAALL").count() == 1
        assert sorted(EntitlementImport.objects.values_list("status", flat=True)) == ["accepted", "checked"]


def test_two_reps_accept_the_same_file(at_once, run_jobs, world, today):
    case = checked(acting, run_jobs, "mette", world.express_site, [row()])

    def accept(who):
        with acting(who) as actor:
            return accept_holdings(actor=actor, at=now(), on=today, import_id=case.pk).status

    told = at_once(lambda: accept("rikke"), lambda: accept("soren"))
    assert sorted(type(t).__name__ for t in told) == ["Refused", "str"]
    with looking():
        assert Entitlement.objects.filter(part_id="D1AAALL").count() == 1
