from django.urls import path

from sites.api import enrollments, jobs, notifications

urlpatterns = [
    path("me/", enrollments.Me.as_view(), name="api_me"),
    path("enrollments/", enrollments.EnrollmentList.as_view(), name="api_enrollments"),
    path("enrollments/<str:pk>/", enrollments.EnrollmentDetail.as_view(), name="api_enrollment"),
    path("enrollments/<str:pk>/<slug:verb>/", enrollments.EnrollmentVerb.as_view(), name="api_enrollment_verb"),
    path("notifications/", notifications.NotificationList.as_view(), name="api_notifications"),
    path("notifications/read/", notifications.NotificationRead.as_view(), name="api_notifications_read"),
    path("notifications/<uuid:pk>/read/", notifications.NotificationRead.as_view(), name="api_notification_read"),
    path("ownership-declarations/", notifications.DeclarationList.as_view(), name="api_declarations"),
    path(
        "ownership-declarations/<uuid:pk>/withdraw/",
        notifications.DeclarationWithdraw.as_view(),
        name="api_declaration_withdraw",
    ),
    path("jobs/", jobs.JobList.as_view(), name="api_jobs"),
    path("jobs/redrive/", jobs.JobsRedrive.as_view(), name="api_jobs_redrive"),
    path("jobs/<uuid:pk>/", jobs.JobDetail.as_view(), name="api_job"),
    path("jobs/<uuid:pk>/redrive/", jobs.JobRedrive.as_view(), name="api_job_redrive"),
    path("jobs/<uuid:pk>/give-up/", jobs.JobGiveUp.as_view(), name="api_job_give_up"),
    path("agreements/<str:number>/schedule/", enrollments.Schedule.as_view(), name="api_schedule"),
]
