from django.urls import URLPattern, path, re_path

from migrations_app.api import batches, requests, what_ifs

REQUEST_STEPS = "submit|consent|refuse|approve|return|reject|withdraw|reverse"
BATCH_STEPS = "submit|retry|cancel"
ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

urlpatterns: list[URLPattern] = [
    path("what-ifs/", what_ifs.WhatIfs.as_view(), name="api_what_ifs"),
    path("what-ifs/best-date/", what_ifs.BestDate.as_view(), name="api_best_date"),
    path("transfer-requests/", requests.TransferRequests.as_view(), name="api_transfers"),
    path("transfer-requests/<uuid:pk>/", requests.TransferRequestPage.as_view(), name="api_transfer"),
    path(
        "transfer-requests/<uuid:pk>/declare/", requests.TransferRequestDeclare.as_view(), name="api_transfer_declare"
    ),
    re_path(
        rf"^transfer-requests/(?P<pk>{ID})/(?P<verb>{REQUEST_STEPS})/$",
        requests.TransferRequestStep.as_view(),
        name="api_transfer_step",
    ),
    re_path(
        r"^transfer-forms/template\.(?P<kind>xlsx|csv|pdf)$", batches.FormTemplate.as_view(), name="api_form_template"
    ),
    path("transfer-batches/", batches.TransferBatches.as_view(), name="api_batches"),
    path("transfer-batches/<uuid:pk>/", batches.TransferBatchPage.as_view(), name="api_batch"),
    path("transfer-batches/<uuid:pk>/rows/", batches.TransferBatchRows.as_view(), name="api_batch_rows"),
    path("transfer-batches/<uuid:pk>/rows/<int:number>/", batches.TransferBatchRow.as_view(), name="api_batch_row"),
    path("transfer-batches/<uuid:pk>/fix/", batches.TransferBatchFix.as_view(), name="api_batch_fix"),
    path("transfer-batches/<uuid:pk>/failed.xlsx", batches.FailedRows.as_view(), name="api_batch_failed"),
    path("transfer-batches/<uuid:pk>/undo/", batches.TransferBatchUndo.as_view(), name="api_batch_undo"),
    re_path(
        rf"^transfer-batches/(?P<pk>{ID})/(?P<verb>{BATCH_STEPS})/$",
        batches.TransferBatchStep.as_view(),
        name="api_batch_step",
    ),
]
