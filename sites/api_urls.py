from django.urls import path

from sites.api import enrollments

urlpatterns = [
    path("me/", enrollments.Me.as_view(), name="api_me"),
    path("enrollments/", enrollments.EnrollmentList.as_view(), name="api_enrollments"),
    path("enrollments/<str:pk>/", enrollments.EnrollmentDetail.as_view(), name="api_enrollment"),
    path("enrollments/<str:pk>/<slug:verb>/", enrollments.EnrollmentVerb.as_view(), name="api_enrollment_verb"),
    path("agreements/<str:number>/schedule/", enrollments.Schedule.as_view(), name="api_schedule"),
]
