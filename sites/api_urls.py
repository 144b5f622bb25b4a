from django.urls import path

from sites.api import enrollments, notifications

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
    path("agreements/<str:number>/schedule/", enrollments.Schedule.as_view(), name="api_schedule"),
]
