"""Sentences about totals, points of a Term and accrued cost (rule book sections 6 and 7)."""

from collections.abc import Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.why.speech import DIVIDED, MINUS, MOST_TERMS, PLUS, TIMES, Inputs, Speech, added, as_decimal
from licenses.why.worked import Sentence, Worked, summed
from portal.kernel.explanation import Explanation


def of_lines(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Section 7: the amount or the points of all lines."""
    write = say.points if given.text("summed") == "points" else say.amount
    figures = [as_decimal(part.result) for part in why.parts]
    total = write(as_decimal(why.result))
    if 1 < len(figures) <= MOST_TERMS:
        return summed(added(write(f) for f in figures), total, "")
    count = given.whole("lines")
    if any(part.rule == why.rule for part in why.parts):
        told = ngettext("The sum of %(count)s site: %(total)s.", "The sum of %(count)s sites: %(total)s.", count)
        return Worked(told % {"count": say.number(count), "total": total}, total)
    told = ngettext("The sum of %(count)s line: %(total)s.", "The sum of %(count)s lines: %(total)s.", count)
    return Worked(told % {"count": say.number(count), "total": total}, total)


def of_orders(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Section 6, step 6: the sum of orders, or what the move adds."""
    total = say.amount(as_decimal(why.result))
    if "with" in given:
        lead = _("What the Agreement pays with the move, less what it pays without it:")
        sum_ = f"{say.amount(given.decimal('with'))}{MINUS}{say.amount(given.decimal('without'))}"
        return summed(sum_, total, "", lead)
    return _orders(why, given, say, total)


def _orders(why: Explanation, given: Inputs, say: Speech, total: str) -> Worked:
    figures = [as_decimal(part.inputs["amount"]) for part in why.parts if "amount" in part.inputs]
    if 1 < len(figures) <= MOST_TERMS and len(figures) == len(why.parts):
        return summed(added(say.amount(f) for f in figures), total, "")
    count = len(why.parts) or (given.whole("orders") if "orders" in given else 0)
    told = ngettext("The sum of %(count)s order: %(total)s.", "The sum of %(count)s orders: %(total)s.", count)
    return Worked(told % {"count": say.number(count), "total": total}, total)


def accrued(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Section 6, step 7: amounts by the share of their months in the window; one group of them, or their sum."""
    if "within" in given:
        return summed(_share(why, say), say.cut(_exact(why)), "")
    total = as_decimal(why.result)
    groups = [part for part in why.parts if "within" in part.inputs]
    if not groups or len(groups) > MOST_TERMS:
        told = _("Each amount by its months in the window, summed exactly and rounded once: %(total)s.")
        return Worked(told % {"total": say.amount(total)}, say.amount(total), rounding=_("rounded once"))
    exact = sum((_exact(group) for group in groups), Fraction(0))
    return summed(_shares(groups, say), say.amount(total), say.rounded_money(exact))


def _exact(group: Explanation) -> Fraction:
    given = Inputs(group.inputs)
    return Fraction(given.decimal("amount")) * given.whole("within") / given.whole("months")


def _share(group: Explanation, say: Speech) -> str:
    given = Inputs(group.inputs)
    within, months = say.number(given.whole("within")), say.number(given.whole("months"))
    return f"{say.amount(given.decimal('amount'))}{TIMES}{within}{DIVIDED}{months}"


def _shares(groups: Sequence[Explanation], say: Speech) -> str:
    return added(_share(group, say) for group in groups)


def of_term(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Section 6, step 8: points already in the Term plus those ordered in it."""
    before, ordered = given.decimal("before"), given.decimal("ordered")
    sum_ = f"{say.points(before)}{PLUS}{say.points(ordered)}"
    return summed(sum_, say.points(as_decimal(why.result)), "")


SENTENCES: dict[str, Sentence] = {
    "6.6": of_orders,
    "6.7": accrued,
    "6.8": of_term,
    "7": of_lines,
}
