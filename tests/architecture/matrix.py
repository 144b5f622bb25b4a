"""What GET answers at every address, in the order of PERSONAS. Objects are Nordvind's: Mette's, Jonas's by mandate."""

PERSONAS = ("visitor", "mette", "lars", "anna", "jonas", "rikke", "soren", "admin")

OPEN = "200 200 200 200 200 200 200 200"
ELSEWHERE = "302 302 302 302 302 302 302 302"
SIGNED_IN = "302 200 200 200 200 200 200 200"
SIGNED_OUT = "200 302 302 302 302 302 302 302"
NOTHING_YET = "302 404 404 404 404 404 404 404"
NORDVINDS = "302 200 404 404 200 200 200 200"
NORDVINDS_STEPS = "302 302 404 404 302 302 302 302"
SENDERS = "302 200 404 404 404 404 404 200"
SENDERS_STEPS = "302 302 404 404 404 404 404 302"
POST_ONLY = "302 405 405 405 405 405 405 405"

API = "401 200 200 200 200 200 200 200"
API_NORDVINDS = "401 200 404 404 200 200 200 200"
API_SENDERS = "401 200 404 404 404 404 404 200"
API_POST_ONLY = "401 405 405 405 405 405 405 405"
API_OPERATORS = "401 403 403 403 403 403 403 200"
API_NOTHING_YET = "401 404 404 404 404 404 404 404"

# Whoever isn't staff is led to the desk's own sign-in, which refuses them.
DESK = "302 302 302 302 302 200 200 200"
DESK_OPERATORS = "302 302 302 302 302 403 403 200"
DESK_REPS = "302 302 302 302 302 200 200 403"
DESK_NOBODY = "302 302 302 302 302 403 403 403"

_ID = "(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_REQUEST = "(?P<verb>submit|consent|refuse|approve|return|reject|withdraw|reverse)"
_KIND = "(?P<kind>pdf|xlsx)"
_BATCH = "(?P<verb>submit|retry|cancel)"

PAGES = {
    "": OPEN,
    "help/errors/": OPEN,
    "help/<slug:slug>/": OPEN,
    "contact-me/": OPEN,
    "home/": "302 200 200 200 200 302 302 302",
    "search/": SIGNED_IN,
    "i18n/setlang/": ELSEWHERE,
    "health/live": OPEN,
    # No worker is running here.
    "health/ready": "503 503 503 503 503 503 503 503",
    "customers/": SIGNED_IN,
    "enrollments/": SIGNED_IN,
    "enrollments/new/": SIGNED_IN,
    "enrollments/<uuid:pk>/": NORDVINDS,
    "enrollments/<uuid:pk>/edit/": "302 200 404 404 200 302 302 302",
    "enrollments/<uuid:pk>/<slug:verb>/": POST_ONLY,
    "agreements/<str:number>/": NORDVINDS,
    "agreements/<str:number>/schedule/": NORDVINDS,
    "agreements/<str:number>/notices/": NORDVINDS,
    "agreements/<str:number>/points/": NORDVINDS,
    f"^agreements/(?P<number>[^/]+)/points/statement\\.{_KIND}$": NORDVINDS,
    f"^sites/(?P<site_number>[^/]+)/licenses/statement\\.{_KIND}$": NORDVINDS,
    "sites/": SIGNED_IN,
    "sites/<str:site_number>/": NORDVINDS,
    # A site under an Agreement: on to the Agreement's.
    "sites/<str:site_number>/notices/": NORDVINDS_STEPS,
    "licenses/": SIGNED_IN,
    "licenses/imports/": SIGNED_IN,
    "licenses/imports/new/": SIGNED_IN,
    "licenses/imports/<uuid:pk>/": NORDVINDS,
    "licenses/imports/<uuid:pk>/rows/": NORDVINDS,
    "licenses/imports/<uuid:pk>/<slug:verb>/": NORDVINDS_STEPS,
    "licenses/<str:pk>/": NORDVINDS,
    "rules/": SIGNED_IN,
    "proofs/": SIGNED_IN,
    "proofs/<str:number>/": NORDVINDS,
    "proofs/<str:number>/pdf/": NORDVINDS,
    "verify/": OPEN,
    "verify/<str:number>/": OPEN,
    "what-if/": SIGNED_IN,
    # Nothing is asked: whoever has one customer goes back to the form, others say first whose licenses it is about.
    "what-if/dates/": "302 302 302 302 200 200 200 200",
    "what-if/report.pdf": "302 302 302 302 200 200 200 200",
    "what-if/request/": "302 302 302 302 200 200 200 200",
    "what-if/scenarios/": SIGNED_IN,
    # A person's own notes: no colleague, partner, rep or operator sees them.
    "what-if/scenarios/<uuid:pk>/": "302 200 404 404 404 404 404 404",
    "what-if/scenarios/<uuid:pk>/delete/": POST_ONLY,
    "what-if/scenarios/<uuid:pk>/request/": POST_ONLY,
    "notifications/": SIGNED_IN,
    "notifications/read/": POST_ONLY,
    "notifications/<uuid:pk>/read/": POST_ONLY,
    "renewal-notices/": SIGNED_IN,
    "renewal-notices/calendar/": POST_ONLY,
    "renewal-notices/customers/<uuid:pk>/": NORDVINDS,
    "renewal-notices/<uuid:pk>/": NORDVINDS,
    "renewal-notices/<uuid:pk>/bounce/": POST_ONLY,
    # Nobody has such a token or link.
    "renewal-calendars/<str:token>.ics": "404 404 404 404 404 404 404 404",
    "contact-checks/<str:token>/": "404 404 404 404 404 404 404 404",
    "declarations/": SIGNED_IN,
    "declarations/<uuid:pk>/withdraw/": POST_ONLY,
    # Measures for this machine alone; the tests come from it.
    "metrics": OPEN,
    "transfers/": SIGNED_IN,
    "transfers/new/": SIGNED_IN,
    "transfers/<uuid:pk>/": NORDVINDS,
    # The records say that the two sites belong together: back to the request.
    "transfers/<uuid:pk>/declare/": NORDVINDS_STEPS,
    f"^transfers/{_ID}/{_REQUEST}/$": NORDVINDS_STEPS,
    "transfer-forms/": SIGNED_IN,
    "transfer-forms/new/": SIGNED_IN,
    r"^transfer-forms/template\.(?P<kind>xlsx|csv|pdf)$": SIGNED_IN,
    "transfer-forms/<uuid:pk>/": SENDERS,
    "transfer-forms/<uuid:pk>/progress/": SENDERS,
    "transfer-forms/<uuid:pk>/rows/": SENDERS,
    "transfer-forms/<uuid:pk>/rows/<int:number>/": SENDERS,
    "transfer-forms/<uuid:pk>/fix/": POST_ONLY,
    "transfer-forms/<uuid:pk>/failed.xlsx": SENDERS,
    # Nothing was asked for yet, so there is nothing to undo: back to the form.
    "transfer-forms/<uuid:pk>/undo/": SENDERS_STEPS,
    f"^transfer-forms/{_ID}/{_BATCH}/$": SENDERS_STEPS,
    "quotes/": SIGNED_IN,
    "quotes/<str:pk>/": NORDVINDS,
    "quotes/<str:pk>/pdf/": NORDVINDS,
    "quotes/<str:pk>/xlsx/": NORDVINDS,
    "quotes/<str:pk>/csv/": NORDVINDS,
    "quotes/<str:pk>/ubl/": NORDVINDS,
    "quotes/<str:pk>/rerun/": NORDVINDS,
    # Back to the quote's page, which is there or isn't.
    "quotes/<str:pk>/choose/": ELSEWHERE,
    "quotes/<str:pk>/<str:verb>/": ELSEWHERE,
    "renewal-calendar/": SIGNED_IN,
    r"^renewal-calendar/calendar\.(?P<kind>csv|xlsx)$": SIGNED_IN,
    "coverage-radar/": SIGNED_IN,
    r"^coverage-radar/radar\.(?P<kind>csv|xlsx)$": SIGNED_IN,
    "api/schema/": OPEN,
    "api/docs/": OPEN,
}

ACCOUNT = {
    "accounts/login/": SIGNED_OUT,
    "accounts/logout/": SIGNED_IN,
    "accounts/inactive/": OPEN,
    "accounts/signup/": SIGNED_OUT,
    "accounts/reauthenticate/": SIGNED_IN,
    "accounts/email/": SIGNED_IN,
    "accounts/confirm-email/": OPEN,
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": OPEN,
    "accounts/login/code/confirm/": ELSEWHERE,
    "accounts/password/change/": SIGNED_IN,
    "accounts/password/set/": ELSEWHERE,
    "accounts/password/reset/": OPEN,
    "accounts/password/reset/done/": OPEN,
    "accounts/password/reset/key/done/": OPEN,
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": OPEN,
    "accounts/2fa/": SIGNED_IN,
    "accounts/2fa/authenticate/": ELSEWHERE,
    "accounts/2fa/reauthenticate/": ELSEWHERE,
    "accounts/2fa/totp/activate/": ELSEWHERE,
    "accounts/2fa/totp/deactivate/": NOTHING_YET,
    "accounts/2fa/recovery-codes/": NOTHING_YET,
    "accounts/2fa/recovery-codes/generate/": ELSEWHERE,
    "accounts/2fa/recovery-codes/download/": NOTHING_YET,
}

INTERFACE = {
    "me/": API,
    "notifications/": API,
    "notifications/read/": API_POST_ONLY,
    "notifications/<uuid:pk>/read/": API_POST_ONLY,
    "ownership-declarations/": API,
    "ownership-declarations/<uuid:pk>/withdraw/": API_POST_ONLY,
    "sites/": API,
    "sites/<str:site_number>/": API_NORDVINDS,
    "agreements/<str:number>/": API_NORDVINDS,
    "agreements/<str:number>/forecast/": API_NORDVINDS,
    "agreements/<str:number>/schedule/": API_NORDVINDS,
    "agreements/<str:number>/points/": API_NORDVINDS,
    "agreements/<str:number>/points/entries/": API_NORDVINDS,
    f"^agreements/(?P<number>[^/]+)/points/statement\\.{_KIND}$": API_NORDVINDS,
    f"^sites/(?P<site_number>[^/]+)/licenses/statement\\.{_KIND}$": API_NORDVINDS,
    "entitlements/": API,
    "entitlements/<str:pk>/": API_NORDVINDS,
    "entitlements/<str:pk>/lineage/": API_NORDVINDS,
    "parts/": API,
    "parts/<str:part_number>/": API,
    "proofs/": API,
    "proofs/<str:number>/": API_NORDVINDS,
    "proofs/<str:number>/pdf/": API_NORDVINDS,
    "what-ifs/": API_POST_ONLY,
    # Nothing is asked for: a fault for each thing that lacks.
    "what-ifs/best-date/": "401 400 400 400 400 400 400 400",
    "enrollments/": API,
    "enrollments/<str:pk>/": API_NORDVINDS,
    "enrollments/<str:pk>/<slug:verb>/": API_POST_ONLY,
    "transfer-requests/": API,
    "transfer-requests/<uuid:pk>/": API_NORDVINDS,
    "transfer-requests/<uuid:pk>/declare/": API_POST_ONLY,
    f"^transfer-requests/{_ID}/{_REQUEST}/$": API_POST_ONLY,
    r"^transfer-forms/template\.(?P<kind>xlsx|csv|pdf)$": API,
    "entitlement-imports/": API,
    "entitlement-imports/<uuid:pk>/": API_NORDVINDS,
    "entitlement-imports/<uuid:pk>/rows/": API_NORDVINDS,
    "entitlement-imports/<uuid:pk>/map/": API_POST_ONLY,
    f"^entitlement-imports/{_ID}/(?P<verb>accept|reject|compare)/$": API_POST_ONLY,
    "transfer-batches/": API,
    "transfer-batches/<uuid:pk>/": API_SENDERS,
    "transfer-batches/<uuid:pk>/rows/": API_SENDERS,
    "transfer-batches/<uuid:pk>/rows/<int:number>/": API_SENDERS,
    "transfer-batches/<uuid:pk>/fix/": API_POST_ONLY,
    "transfer-batches/<uuid:pk>/failed.xlsx": API_SENDERS,
    "transfer-batches/<uuid:pk>/undo/": API_SENDERS,
    f"^transfer-batches/{_ID}/{_BATCH}/$": API_POST_ONLY,
    "agreements/<str:number>/notices/": API_NORDVINDS,
    "sites/<str:site_number>/notices/": API_NORDVINDS,
    "renewal-notices/choices/": API,
    "renewal-notices/calendar/": API_POST_ONLY,
    "renewal-notices/<uuid:pk>/bounce/": API_POST_ONLY,
    "renewal-quotes/": API,
    "renewal-quotes/<str:pk>/": API_NORDVINDS,
    "renewal-quotes/<str:pk>/pdf/": API_NORDVINDS,
    "renewal-quotes/<str:pk>/xlsx/": API_NORDVINDS,
    "renewal-quotes/<str:pk>/csv/": API_NORDVINDS,
    "renewal-quotes/<str:pk>/ubl/": API_NORDVINDS,
    # There is one version alone, so nothing to compare it with.
    "renewal-quotes/<str:pk>/differences/": API_NOTHING_YET,
    "renewal-quotes/<str:pk>/accept/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/decline/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/restore/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/preview/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/hand-over/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/ask/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/propose/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/recall/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/reply/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/take-over/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/set-aside/": API_POST_ONLY,
    "renewal-quotes/<str:pk>/withdraw/": API_POST_ONLY,
    "renewals/calendar/": API,
    "renewals/coverage/": API,
    "work/": API_OPERATORS,
    "jobs/": API_OPERATORS,
    "jobs/redrive/": API_POST_ONLY,
    "jobs/<uuid:pk>/": API_OPERATORS,
    "jobs/<uuid:pk>/redrive/": API_POST_ONLY,
    "jobs/<uuid:pk>/give-up/": API_POST_ONLY,
    "^(?:.*/)?$": "401 404 404 404 404 404 404 404",
}

WORKPLACE = {
    "": DESK,
    "login/": "302 403 403 403 403 302 302 302",
    "logout/": "302 302 302 302 302 405 405 405",
    "password_change/": DESK,
    "password_change/done/": DESK,
    # Nothing at the desk completes names; whoever asks without saying of what is refused.
    "autocomplete/": DESK_NOBODY,
    "jsi18n/": DESK,
    "^(?P<app_label>portal|sites|migrations_app|renewals|licenses)/$": DESK,
    "(?P<url>.*)$": "302 302 302 302 302 404 404 404",
    "migrations_app/transferrequest/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    # A rep sees a form once its requests are decided.
    "migrations_app/transferbatch/<uuid:pk>/do/<slug:verb>/": "302 302 302 302 302 404 404 302",
    "sites/enrollment/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "sites/deadaddress/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "renewals/handover/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "licenses/priceimport/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "licenses/entitlementimport/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "licenses/rulebookversion/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "licenses/pointsmovement/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "licenses/pointsadjustment/<uuid:pk>/do/<slug:verb>/": ELSEWHERE,
    "sites/job/<uuid:pk>/do/<slug:verb>/": "302 302 302 302 302 403 403 302",
    "sites/job/again/": "302 302 302 302 302 403 403 302",
    "sites/job/jobs.csv": DESK_OPERATORS,
    "licenses/priceimport/<uuid:pk>/rows/": DESK,
    "licenses/priceimport/<uuid:pk>/findings.xlsx": DESK,
    "licenses/priceimport/template/<slug:kind>/": DESK,
}

# What stands on the desk: who sees it, and who may add to it. Nobody deletes.
ON_THE_DESK = {
    "portal/contententry": (DESK, DESK_OPERATORS),
    "portal/contactwish": (DESK, DESK_NOBODY),
    "migrations_app/transferrequest": (DESK, DESK_NOBODY),
    "migrations_app/transferbatch": (DESK, DESK_NOBODY),
    "renewals/renewalquote": (DESK, DESK_NOBODY),
    "renewals/handover": (DESK, DESK_NOBODY),
    "licenses/part": (DESK, DESK_OPERATORS),
    "licenses/pricelist": (DESK, DESK_OPERATORS),
    "licenses/price": (DESK, DESK_NOBODY),
    "licenses/priceimport": (DESK, DESK),
    "licenses/rulebookversion": (DESK, DESK),
    "licenses/entitlement": (DESK, DESK_NOBODY),
    "licenses/entitlementimport": (DESK, DESK_NOBODY),
    "licenses/quantitymovement": (DESK, DESK_NOBODY),
    "licenses/pointsmovement": (DESK, DESK_NOBODY),
    "licenses/pointsadjustment": (DESK, DESK_REPS),
    "licenses/termclosing": (DESK, DESK_NOBODY),
    "licenses/termreopening": (DESK, DESK_REPS),
    "licenses/proof": (DESK, DESK_NOBODY),
    "sites/enrollment": (DESK, DESK_NOBODY),
    "sites/deadaddress": (DESK, DESK_NOBODY),
    "renewals/notice": (DESK, DESK_NOBODY),
    "renewals/noticerun": (DESK_OPERATORS, DESK_NOBODY),
    "sites/customer": (DESK, DESK_NOBODY),
    "sites/partner": (DESK, DESK_NOBODY),
    "sites/agreement": (DESK, DESK_NOBODY),
    "sites/site": (DESK, DESK_NOBODY),
    "sites/sitecontact": (DESK, DESK_NOBODY),
    "sites/scheduleentry": (DESK, DESK_NOBODY),
    "sites/mandate": (DESK, DESK_OPERATORS),
    "sites/membership": (DESK, DESK_OPERATORS),
    "sites/ownershipdeclaration": (DESK, DESK_NOBODY),
    "sites/refusalcount": (DESK, DESK_NOBODY),
    "sites/staffrole": (DESK_OPERATORS, DESK_NOBODY),
    "sites/job": (DESK_OPERATORS, DESK_NOBODY),
    "sites/user": (DESK_OPERATORS, DESK_NOBODY),
}


def _desk(name: str, seen: str, added: str) -> dict[str, str]:
    one = f"admin/{name}/<path:object_id>/"
    return {
        f"admin/{name}/": seen,
        f"admin/{name}/add/": added,
        f"{one}change/": seen,
        f"{one}history/": seen,
        f"{one}delete/": DESK_NOBODY,
        one: ELSEWHERE,
    }


# A rep is led away from the history of what isn't in sight; the change page of the same refuses.
LED_AWAY = {
    f"admin/{name}/<path:object_id>/history/": "302 302 302 302 302 302 302 200"
    for name in ("migrations_app/transferbatch", "sites/staffrole", "renewals/noticerun")
} | {"admin/migrations_app/transferbatch/<path:object_id>/change/": "302 302 302 302 302 404 404 200"}

MATRIX: dict[str, str] = (
    PAGES
    | ACCOUNT
    | {f"api/v1/{route}": row for route, row in INTERFACE.items()}
    | {f"admin/{route}": row for route, row in WORKPLACE.items()}
    | {route: row for name, rows in ON_THE_DESK.items() for route, row in _desk(name, *rows).items()}
    | LED_AWAY
)
