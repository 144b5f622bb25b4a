from django.urls import path, re_path

from licenses.api import catalog, forecasts, holdings, imports, proofs, sites, statements

ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

urlpatterns = [
    path("sites/", sites.SiteList.as_view(), name="api_sites"),
    path("sites/<str:site_number>/", sites.SiteDetail.as_view(), name="api_site"),
    path("agreements/<str:number>/", sites.AgreementDetail.as_view(), name="api_agreement"),
    path("agreements/<str:number>/forecast/", forecasts.AgreementForecast.as_view(), name="api_forecast"),
    path("agreements/<str:number>/points/", sites.AgreementPoints.as_view(), name="api_points"),
    path("agreements/<str:number>/points/entries/", sites.PointsEntries.as_view(), name="api_points_entries"),
    re_path(
        r"^agreements/(?P<number>[^/]+)/points/statement\.(?P<kind>pdf|xlsx)$",
        statements.PointsStatement.as_view(),
        name="api_points_statement",
    ),
    re_path(
        r"^sites/(?P<site_number>[^/]+)/licenses/statement\.(?P<kind>pdf|xlsx)$",
        statements.HoldingsStatement.as_view(),
        name="api_holdings_statement",
    ),
    path("entitlements/", holdings.EntitlementList.as_view(), name="api_entitlements"),
    path("entitlements/<str:pk>/", holdings.EntitlementDetail.as_view(), name="api_entitlement"),
    path("entitlements/<str:pk>/lineage/", holdings.EntitlementLineage.as_view(), name="api_lineage"),
    path("entitlement-imports/", imports.EntitlementImports.as_view(), name="api_holdings_imports"),
    path("entitlement-imports/<uuid:pk>/", imports.EntitlementImportPage.as_view(), name="api_holdings_import"),
    path(
        "entitlement-imports/<uuid:pk>/rows/", imports.EntitlementImportRows.as_view(), name="api_holdings_import_rows"
    ),
    path("entitlement-imports/<uuid:pk>/map/", imports.EntitlementImportMap.as_view(), name="api_holdings_import_map"),
    re_path(
        rf"^entitlement-imports/(?P<pk>{ID})/(?P<verb>accept|reject|compare)/$",
        imports.EntitlementImportStep.as_view(),
        name="api_holdings_import_step",
    ),
    path("parts/", catalog.PartList.as_view(), name="api_parts"),
    path("parts/<str:part_number>/", catalog.PartDetail.as_view(), name="api_part"),
    path("proofs/", proofs.ProofList.as_view(), name="api_proofs"),
    path("proofs/<str:number>/", proofs.ProofDetail.as_view(), name="api_proof"),
    path("proofs/<str:number>/pdf/", proofs.ProofPdf.as_view(), name="api_proof_pdf"),
]
