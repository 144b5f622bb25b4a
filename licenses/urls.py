from django.urls import path, re_path

from licenses.views import holdings, imports, points, rules, sites

urlpatterns = [
    path("rules/", rules.rules_page, name="rules"),
    path("sites/", sites.site_list, name="sites"),
    path("sites/<str:site_number>/", sites.site_page, name="site_page"),
    path("agreements/<str:number>/", sites.agreement_page, name="agreement_page"),
    path("agreements/<str:number>/points/", points.points_page, name="agreement_points"),
    re_path(
        r"^agreements/(?P<number>[^/]+)/points/statement\.(?P<kind>pdf|xlsx)$",
        points.statement,
        name="points_statement",
    ),
    re_path(
        r"^sites/(?P<site_number>[^/]+)/licenses/statement\.(?P<kind>pdf|xlsx)$",
        sites.holdings_statement,
        name="holdings_statement",
    ),
    path("licenses/", holdings.license_list, name="licenses"),
    path("licenses/imports/", imports.import_list, name="holdings_imports"),
    path("licenses/imports/new/", imports.import_new, name="holdings_import_new"),
    path("licenses/imports/<uuid:pk>/", imports.import_page, name="holdings_import"),
    path("licenses/imports/<uuid:pk>/rows/", imports.import_rows, name="holdings_import_rows"),
    path("licenses/imports/<uuid:pk>/<slug:verb>/", imports.import_verb, name="holdings_import_verb"),
    path("licenses/<str:pk>/", holdings.license_page, name="license_page"),
    path("proofs/", holdings.proof_list, name="proofs"),
    path("proofs/<str:number>/", holdings.proof_page, name="proof_page"),
    path("proofs/<str:number>/pdf/", holdings.proof_pdf, name="proof_pdf"),
    path("verify/", holdings.verify_proof, name="verify_proofs"),
    path("verify/<str:number>/", holdings.verify_proof, name="verify_proof"),
]
