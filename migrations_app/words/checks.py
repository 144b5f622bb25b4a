"""Sentences for the checks V1 to V19. A warning tells its consequence: that is what a waiver puts on the record.

A check with several reasons has the sentence of each under `<code>.<reason>`.
"""

from django.utils.translation import gettext_lazy as _

from sites.words import Words

_OTHER_TARGET = _("Choose another target site.")

_REQUEST = {
    "V1": Words(
        _("Licenses can't move this way: site %(site)s doesn't fit as source or target."),
        _("Choose an Express site to move from and an active Passport Advantage site to move to."),
    ),
    "V1.source_program": Words(
        _("Licenses can't move from site %(site)s: it belongs to neither Express nor Passport Advantage."),
        _("Choose another source site."),
    ),
    "V1.same_site": Words(_("Source and target are the same site, %(site)s."), _OTHER_TARGET),
    "V1.target_program": Words(
        _("Site %(site)s is an Express site; licenses move to a Passport Advantage site only."),
        _("Choose a Passport Advantage site, or enroll one."),
    ),
    "V1.target_status": Words(_("Site %(site)s can't receive licenses in its present state."), _OTHER_TARGET),
    "V2": Words(
        _("Sites %(source)s and %(target)s don't belong to the same Enterprise."),
        _(
            "If they do, declare it on the request: dated and signed. "
            "Licenses that leave the Enterprise are assigned with IBM's written consent, not moved here."
        ),
    ),
    "V10": Words(
        _("The sites lie in different countries (%(source_country)s and %(target_country)s)."),
        _("An IBM rep looks at this with the request; nothing is needed from you."),
    ),
    "V13": Words(
        _("Site %(site)s has no Primary Contact, so nobody can consent for it."),
        _("Name a Primary Contact for the site with a site information update."),
    ),
    "V15": Words(
        _(
            "Site %(site)s buys at the %(level)s price level, which stands outside the points ladder: "
            "points are shown for information only."
        )
    ),
    "V17": Words(
        _("Site %(site)s is inactive: the last order or day of S&S there was %(last_active_on)s."),
        _("Enroll the site again: a site information update that is accepted makes it active at once."),
    ),
    "V18": Words(
        _("The target site isn't enrolled yet; the request waits for its enrollment."),
        _("Nothing is needed here: the request wakes by itself when the enrollment is accepted."),
    ),
    "V19": Words(
        _("Site %(site)s isn't on the Agreement's Authorized Additional Site Schedule yet; the request waits."),
        _("The Primary Contact of the Originating Site adds the company to the schedule; the request wakes by itself."),
    ),
}

_LINE = {
    "V3": Words(
        _(
            "%(quantity)s units were asked for, but %(available)s can move: %(owned)s are owned, "
            "of which %(held)s are promised to other open requests."
        ),
        _("Lower the quantity, or wait: the request goes on by itself when the other one ends."),
    ),
    "V4": Words(
        _("%(part_number)s isn't a license: renewals, reinstatements and media follow the license they belong to."),
        _("Choose the license line itself; what belongs to it comes along."),
    ),
    "V5": Words(
        _("%(part_number)s was replaced by a trade-up, so it can't move."),
        _("Move the license that replaced it."),
    ),
    "V6": Words(
        _("%(part_number)s is a license for a time (term, subscription, monthly or SaaS)."),
        _("An IBM rep looks at this with the request; nothing is needed from you."),
    ),
    "V7": Words(
        _(
            "Cover ended on %(cover_end)s, before the move takes effect on %(effective_on)s. The license moves "
            "without S&S and stays lapsed; renewing it later takes a reinstatement, estimated at "
            "%(estimate)s %(currency)s."
        ),
        _("Reinstate the cover first, or take note of it and give a reason."),
    ),
    "V8": Words(
        _(
            "Cover ends on %(cover_end)s, in %(days)s days. An Express renewal may be under way: "
            "if it is ordered as well, the same months are paid twice."
        ),
        _("Ask for the renewal notice to be stopped, or take note of it and give a reason."),
    ),
    "V9": Words(
        _(
            "A part of the product moves (units: %(quantity)s) and a part stays behind (units: %(rest)s). S&S must "
            "cover all of a product in use or none of it, so both sites have to keep their cover running."
        ),
        _("Take the rest along, or take note of it and give a reason."),
    ),
    "V11": Words(
        _("Cover ends on %(cover_end)s, which isn't the end of a month, so the months to pay can't be counted."),
        _("An IBM rep checks the date with the request and corrects it where it is wrong."),
    ),
    "V12": Words(
        _(
            "The license was acquired on %(acquired_on)s, less than %(days)s days ago. "
            "Once it moves, it can't be returned for a refund any more."
        ),
        _("Wait until the money-back period is over, which the request can do for you, or take note of it."),
    ),
    "V14": Words(
        _("%(part_number)s can't be held under Passport Advantage as the catalog stands."),
        _("Ask your IBM rep to check the catalog."),
    ),
    "V14.not_eligible": Words(
        _("%(part_number)s isn't eligible under Passport Advantage."), _("Ask your IBM rep to check the catalog.")
    ),
    "V14.no_renewal_part": Words(
        _("No renewal part is known for %(part_number)s, so its S&S couldn't be renewed after the move."),
        _("Ask your IBM rep to complete the catalog."),
    ),
    "V16": Words(
        _("Renewal quote %(quote)s is open for this license."),
        _("An IBM rep looks at this with the request. Decline the quote if you don't need it."),
    ),
}

WORDS = _REQUEST | _LINE
