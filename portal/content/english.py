"""English help pages, in the order of the directory."""

from portal.content.page import Page

PAGES: dict[str, Page] = {
    "guide": Page(
        "A walk through the demonstration",
        "Whom to sign in as, and what each of them can show you in ten minutes.",
        """This is a demonstration with invented companies and invented prices. Everybody signs in with the password \
demo-demo-demo.

Mette Lund (mette@nordvind.example) looks after Nordvind A/S. It has an Express site, where every license line renews \
on a date of its own, and an agreement with two sites, in Aarhus and Odense. Choose some of the Express lines and \
start a transfer: you see the plan, the checks, and what the move does to cover, cost and points. The agreement is \
310 points short of the next level, so it matters how many lines you take along.

Lars Holm (lars@fjordbyg.example) has Express only: six lines, six renewal dates, no agreement. His reseller, Jonas \
Dahl (jonas@partner.example), holds a mandate. Sign in as Jonas to enroll Fjordbyg ApS, download the transfer form, \
fill it in and upload it; every row is answered.

Rikke Friis (rikke@rep.example) and Søren Vad (soren@rep.example) are renewal representatives for Denmark. They \
accept enrollments and decide on requests at their desk, but never on one that they made themselves.

Anna Berg (anna@sydhavn.example) belongs to another company. Sign in as her to see that she sees nothing of all this. \
The operator (admin@portal.example) writes these help pages.""",
    ),
    "how-to-enroll": Page(
        "How to enroll",
        "Which form opens a site, who signs it, and what you have in hand when it is accepted.",
        """You enroll a site, not a product. The first one becomes the Originating Site and opens the agreement; \
offices and subsidiaries join later as Additional Sites. There is no minimum requirement of points or volume.

An enrollment names the company with its registration number and address, says whether it is a commercial, a \
government or an academic customer, and names a Primary Contact. Administrative and Technical Contacts are optional; \
where they are left out, the Primary Contact does their work.

An Additional Site must stand on the list of authorized sites that the Originating Site's Primary Contact keeps. If \
it isn't there yet, the enrollment is not refused: it waits until the site has been added.

In Denmark nobody needs to sign on paper. A renewal representative accepts the enrollment, returns it with a \
question, or rejects it with a reason. Your authorized IBM Business Partner can do all of this for you under a dated \
mandate. Prepare a transfer meanwhile, if you like: it sleeps and wakes by itself once the site exists.""",
    ),
    "agreements-and-forms": Page(
        "Agreements and forms",
        "What the agreement settles, what a site form is for, and where the transfer form is.",
        """An agreement has one number, one Anniversary and one price level, and all of its sites share them. Express \
purchases have no agreement: each stands on the terms it was bought under.

The enrollment form opens or changes a site. The transfer form moves licenses; it can be filled in here line by line, \
or downloaded as a spreadsheet, filled in and uploaded. Both kinds end in the same checks and in the same decision.

The legal texts are IBM's and are found with IBM. What stands on these pages explains how the portal works and \
replaces none of them.""",
    ),
    "subscription-and-support": Page(
        "Software Subscription and Support",
        "What the first year holds, when it ends, and what happens if you let it lapse.",
        """A license is bought with Software Subscription and Support (S&S): new versions, fixes and technical help. \
The first coverage period begins on the day of acquisition and lasts a year, to the end of a month.

On Express each line renews for twelve months from its own date. Under an agreement all lines are brought to the \
Anniversary: a line that ends on another day is renewed for the months up to the next Anniversary at a prorated \
charge, and from then on it follows the others.

A line that moves keeps the cover that was paid for. Where it ends before the Anniversary, a transition quote covers \
the months in between, so that no day is left open and none is paid twice.

S&S covers all or none of a product that you use. Cover that lapsed can't be renewed: it takes a reinstatement, which \
costs more than the renewal would have. A line that moves after it lapsed stays lapsed.""",
    ),
    "how-to-buy": Page(
        "How to buy",
        "Licenses come from your reseller or from IBM; renewals come as one quote a year.",
        """New licenses are bought from an authorized IBM Business Partner or from IBM. Give the site number with the \
order: it decides which agreement the licenses belong to and where their points are counted.

Renewals come to you. Ninety days before the Anniversary a renewal quote gathers every line of the agreement with \
its price level and points. The Primary or Administrative Contact accepts or declines it here, or the reseller does \
under a mandate.

The price of an order follows from the better of two levels: the one your agreement has earned, and the one that the \
order reaches by itself. Prices in this portal are invented for demonstration, without VAT.""",
    ),
    "faq": Page(
        "Frequently asked questions",
        "May I move only some licenses? What do I lose? Can it be undone?",
        """May I move only some of my licenses? Yes, in whole units and when it suits you. If you move a part of a \
product's quantity, you are asked why, since S&S has to cover all or none of it.

Do I lose cover that I paid for? No. Order reference, acquisition date and the end of the coverage period come along.

Do I get points for moving? Not for the move itself. The first renewal of a moved line under the agreement earns \
them. Express orders earn none.

What can't be moved? Lines that a trade-up replaced, parts that are not for Passport Advantage, and anything to \
another Enterprise: that is an assignment, which needs IBM's written consent.

Who has to agree? The Primary Contact of each site; one person who is both agrees once. Then a renewal representative \
decides, and never one who made the request.

Can it be undone? Within thirty days of its completion, unless something was built on it: a renewal, or another move. \
The portal shows what stands in the way.""",
    ),
    "support": Page(
        "Support",
        "Technical questions about a program go to IBM Support, questions about a request go here.",
        """Technical help with a program comes from IBM Support and needs running S&S. Have the site number and the \
IBM Customer Number ready; both stand on your site page and on every Proof of Entitlement.

For questions about a request, an enrollment or a quote, open the case: it says where it stands, whose turn it is, \
and what stands in the way. "Refused by a rule" tells how to mend it, "refused by a person" gives the reason, and a \
technical fault is ours to repair: nothing was carried out in part.""",
    ),
    "handbook": Page(
        "Handbook",
        "The words and rules that the portal works by, on one page.",
        """An Enterprise is a group of companies tied by ownership above 50 %. Each company is a customer here, and \
licenses move within one Enterprise only. An agreement has one Originating Site and any number of Additional Sites.

A Term runs from Anniversary to Anniversary. The points of all sites in a Term decide the level: D from 500 points, \
E from 1,000, F from 2,500, G from 5,000 and H from 10,000; below that it is BL. At the Anniversary the level follows \
what the Term earned, but falls by no more than one step.

Quantities and points are kept in ledgers in which nothing is ever changed or deleted. A correction is an entry of \
its own, so every figure can be shown as of any date.

Where the public rules are silent, the portal has settled on an answer; pages that use one say "assumption".""",
    ),
    "ecustomer-care": Page(
        "eCustomer Care",
        "The desk for access, contacts and numbers that don't fit.",
        """Turn to eCustomer Care when a site shows the wrong address or contact, when a person left and nobody else \
can grant access, or when an IBM Customer Number or an order isn't where it should be.

Say which site it is about, what you see and what you expected. Contacts are kept with dates, so that a deputy can \
step in for a time and a former contact loses access on the agreed day.""",
    ),
    "passport-advantage-online": Page(
        "Passport Advantage Online help",
        "Downloads, order exports and reports from IBM's own portal, and how to bring them here.",
        """Programs are downloaded, and orders and reports exported, in IBM's Passport Advantage Online. Sign in there \
with the IBMid that your Primary Contact gave access.

An exported order list can be brought here. Headings are recognized in several spellings, in English and Danish, with \
comma, semicolon or tab between the fields. You see how each column was understood before anything is kept, and every \
row that could not be read is listed with its reason.""",
    ),
    "lifecycle": Page(
        "Product lifecycle",
        "How long a version is supported, and what to do before support ends.",
        """Every program version has a date on which its support ends. After that, S&S still lets you move to a \
newer version, but fixes for the old one come only where extended support is sold.

Look up the dates with IBM before you renew or move licenses. If a product was replaced by another, ask your renewal \
representative about a trade-up first: once a line has been replaced, it can't be moved.""",
    ),
    "shopzseries": Page(
        "ShopzSeries",
        "Software for IBM Z is ordered elsewhere, under other agreements.",
        """Most software for z/OS is ordered and serviced through ShopzSeries and doesn't stand in a Passport \
Advantage agreement. You won't find those licenses here, and they earn no points.

Programs for IBM Z that are sold under Passport Advantage, for example by Virtual Processor Core, are ordinary lines \
and move like any other.""",
    ),
    "news": Page(
        "News",
        "What changed in the portal, and what it means for you.",
        """One quote a year. Lines that moved are taken to the Anniversary of their new agreement. The renewal quote \
shows every line with its months, its price and its points, and opens each figure to the rule behind it.

Forms in bulk. A transfer form may hold one row or many thousands. Each row is checked on its own, and rows that \
failed come back as a spreadsheet to be mended and sent again.

Contacted in time. Customers on Express can ask to be contacted at the next renewal notice instead of deciding \
today.""",
    ),
    "contact": Page(
        "Contact",
        "Who answers: your reseller, your renewal representative, or eCustomer Care.",
        """Your authorized IBM Business Partner knows your orders and can act for you once you have given a mandate. \
The IBM renewal representative of your country decides on requests and answers questions about quotes.

If you are on Express and would rather wait, leave your name and address under "Ask to be contacted". Before your \
next renewal notice somebody shows you both roads side by side. Nothing moves until you ask for it.""",
    ),
}
