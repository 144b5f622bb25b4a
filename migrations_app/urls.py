from django.urls import URLPattern, path, re_path

from migrations_app.api_urls import BATCH_STEPS, ID, REQUEST_STEPS
from migrations_app.views import (
    assistant,
    batches,
    batches_progress,
    batches_rows,
    batches_undo,
    ownership,
    requests,
    scenarios,
    what_if,
    what_if_doors,
)

urlpatterns: list[URLPattern] = [
    path("what-if/", what_if.what_if, name="what_if"),
    path("what-if/dates/", what_if_doors.dates, name="what_if_dates"),
    path("what-if/report.pdf", what_if_doors.pdf, name="what_if_pdf"),
    path("what-if/request/", what_if_doors.ask, name="what_if_request"),
    path("what-if/scenarios/", scenarios.scenarios, name="scenarios"),
    path("what-if/scenarios/<uuid:pk>/", scenarios.scenario_page, name="scenario_page"),
    path("what-if/scenarios/<uuid:pk>/delete/", scenarios.scenario_delete, name="scenario_delete"),
    path("what-if/scenarios/<uuid:pk>/request/", scenarios.scenario_request, name="scenario_request"),
    path("transfers/", requests.request_list, name="transfers"),
    path("transfers/new/", assistant.new_request, name="transfer_new"),
    path("transfers/<uuid:pk>/", requests.request_page, name="transfer_page"),
    path("transfers/<uuid:pk>/declare/", ownership.declare, name="transfer_declare"),
    re_path(rf"^transfers/(?P<pk>{ID})/(?P<verb>{REQUEST_STEPS})/$", requests.request_verb, name="transfer_verb"),
    path("transfer-forms/", batches.batch_list, name="batches"),
    path("transfer-forms/new/", batches.batch_new, name="batch_new"),
    re_path(r"^transfer-forms/template\.(?P<kind>xlsx|csv|pdf)$", batches.form_template, name="form_template"),
    path("transfer-forms/<uuid:pk>/", batches.batch_page, name="batch_page"),
    path("transfer-forms/<uuid:pk>/progress/", batches_progress.batch_progress, name="batch_progress"),
    path("transfer-forms/<uuid:pk>/rows/", batches_rows.batch_rows, name="batch_rows"),
    path("transfer-forms/<uuid:pk>/rows/<int:number>/", batches_rows.batch_row, name="batch_row"),
    path("transfer-forms/<uuid:pk>/fix/", batches_rows.batch_fix, name="batch_fix"),
    path("transfer-forms/<uuid:pk>/failed.xlsx", batches.batch_failed, name="batch_failed"),
    path("transfer-forms/<uuid:pk>/undo/", batches_undo.batch_undo, name="batch_undo"),
    re_path(rf"^transfer-forms/(?P<pk>{ID})/(?P<verb>{BATCH_STEPS})/$", batches.batch_verb, name="batch_verb"),
]
