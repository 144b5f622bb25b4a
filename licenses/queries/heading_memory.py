"""What people of or for a customer said about the headings of files so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from licenses.intake.headings import fold
from licenses.models import EntitlementImport

# So many of a customer's latest files are looked through.
LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a heading was said to mean ('' for nothing), and the number of the file with which it was said last."""

    field: str
    number: str


def remembered(case: EntitlementImport, headings: Sequence[str]) -> dict[str, Remembered]:
    """What is known about `headings`, folded, from the customer's other files.

    From the newest file with the same headings where there is one: another export may mean something else by a word.
    Otherwise of each heading what was said about it last.
    """
    wanted = {fold(heading) for heading in headings if fold(heading)}
    files = EntitlementImport.objects.filter(customer=case.customer_id, number__lt=case.number).exclude(headings=[])
    said: dict[str, Remembered] = {}
    for file in files.order_by("-number").only("number", "headings", "taught", "remembered")[:LOOKED_AT]:
        mine = {
            heading: Remembered(field, file.remembered.get(heading, str(file)))
            for heading, field in file.taught.items()
            if heading in wanted
        }
        if {fold(heading) for heading in file.headings} == wanted:
            return mine
        said = mine | said
    return said


def headings_taught(case: EntitlementImport) -> frozenset[str]:
    """Every heading, folded, that was given a field in the customer's latest files, or with this one."""
    files = EntitlementImport.objects.filter(customer=case.customer_id).order_by("-number")[:LOOKED_AT]
    every = [case.taught, *files.values_list("taught", flat=True)]
    return frozenset(heading for taught in every for heading, field in taught.items() if field)
