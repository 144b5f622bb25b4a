"""Sentences about prices, charges, points of a line and reinstatements (rules 4, T7, T8, P2, P3)."""

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from licenses.why.speech import DIVIDED, TIMES, Inputs, Speech, as_decimal
from licenses.why.worked import Sentence, Worked, summed
from portal.kernel.explanation import Explanation

YEAR_MONTHS = 12


def charge(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule T7: 1,633.00 × 1 × 11 ÷ 12 = 1,496.92, rounded half up to the øre."""
    price = given.decimal("unit_price")
    quantity, months = given.whole("quantity"), given.whole("months")
    exact = Fraction(price) * quantity * months / YEAR_MONTHS
    sum_ = _year_share(say.amount(price), quantity, months, say)
    return summed(sum_, say.amount(as_decimal(why.result)), say.rounded_money(exact))


def points_of_line(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P2: 20.00 × 1 × 7 ÷ 12 = 11.67, rounded half up to two places."""
    each = given.decimal("points_each")
    quantity, months = given.whole("quantity"), given.whole("months")
    exact = Fraction(each) * quantity * months / YEAR_MONTHS
    sum_ = _year_share(say.points(each), quantity, months, say)
    return summed(sum_, say.points(as_decimal(why.result)), say.rounded_points(exact))


def no_points(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P3: why there are none."""
    return Worked(_("Express orders earn no points."), say.points(Decimal(0)))


def listed_price(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Section 4: which price was taken, by part, level, day and list."""
    price = as_decimal(why.result)
    told = _(
        "Price of %(part)s for 12 months and one unit at level %(level)s on %(day)s: %(price)s, from the list "
        "“%(price_list)s”."
    ) % {
        "part": given.text("part_number"),
        "level": given.text("level"),
        "day": say.day(given.day("on")),
        "price": say.money(price),
        "price_list": given.text("price_list"),
    }
    if "list_unit_price" in given and given.decimal("list_unit_price") != price:
        told += " " + _("The list price beside it is %(price)s.") % {
            "price": say.money(given.decimal("list_unit_price"))
        }
    return Worked(told, say.amount(price))


def reinstatement(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule T8: a list price times quantity, or a multiple of the annual renewal."""
    result = say.amount(as_decimal(why.result))
    if "factor" in given:
        annual, factor = given.decimal("annual_renewal"), given.whole("factor")
        lead = _("There is no Reinstatement part with a price, so a multiple of the annual renewal:")
        return summed(f"{say.number(factor)}{TIMES}{say.amount(annual)}", result, "", lead)
    price, quantity = given.decimal("unit_price"), given.whole("quantity")
    lead = _("List price of %(part)s on %(day)s × quantity:") % {
        "part": given.text("part_number"),
        "day": say.day(given.day("on")),
    }
    return summed(f"{say.amount(price)}{TIMES}{say.number(quantity)}", result, "", lead)


def _year_share(each: str, quantity: int, months: int, say: Speech) -> str:
    return f"{each}{TIMES}{say.number(quantity)}{TIMES}{say.number(months)}{DIVIDED}{YEAR_MONTHS}"


SENTENCES: dict[str, Sentence] = {
    "T7": charge,
    "P2": points_of_line,
    "P3": no_points,
    "4": listed_price,
    "T8": reinstatement,
}
