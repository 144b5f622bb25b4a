"""What the transfer form's columns take, in words, for every shape in which the form is handed out."""

from django.utils.translation import gettext

from licenses.intake.limits import LIMITS


def explanations() -> dict[str, str]:
    """What each field takes, in the active language."""
    return {
        "source_site_number": gettext(
            "The number of the site that gives the licenses away. Digits, leading zeros kept."
        ),
        "part_number": gettext("The part number of the license, as on the Proof of Entitlement, for example D0ABCLL."),
        "quantity": gettext("How many units move: a whole number, at least 1."),
        "target_site_number": gettext("The number of the Passport Advantage site that receives the licenses."),
        "order_reference": gettext(
            "The order that the licenses came with. Left empty, the oldest matching licenses move first."
        ),
        "effective_on": gettext(
            "The day from which the move counts, as 31.1.2027 or 2027-01-31. Left empty, the day of approval."
        ),
        "reference": gettext("Your own id of the row; it comes back in every answer."),
        "reason": gettext("Why the licenses move."),
    }


def notes() -> tuple[str, ...]:
    """What holds for the form as a whole, in the active language."""
    return (
        gettext(
            "One row for each part that moves. Rows of one source and one target site become one transfer request."
        ),
        gettext("Values only: no formulas, macros, links or passwords. At most %(rows)s rows and %(size)s MB.")
        % {"rows": LIMITS.data_rows, "size": LIMITS.file_bytes // 1024**2},
        gettext("This form belongs to the portal. It isn't a form of IBM's and replaces none."),
    )
