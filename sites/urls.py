from django.urls import path

from sites.views import enrollments, partners

urlpatterns = [
    path("customers/", partners.customer_list, name="customers"),
    path("enrollments/", enrollments.enrollment_list, name="enrollments"),
    path("enrollments/new/", enrollments.enrollment_new, name="enrollment_new"),
    path("enrollments/<uuid:pk>/", enrollments.enrollment_page, name="enrollment_page"),
    path("enrollments/<uuid:pk>/edit/", enrollments.enrollment_edit, name="enrollment_edit"),
    path("enrollments/<uuid:pk>/<slug:verb>/", enrollments.enrollment_verb, name="enrollment_verb"),
    path("agreements/<str:number>/schedule/", partners.schedule_page, name="agreement_schedule"),
]
