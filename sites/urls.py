from django.urls import path

from sites.views import enrollments, notifications, ownership, partners

urlpatterns = [
    path("customers/", partners.customer_list, name="customers"),
    path("enrollments/", enrollments.enrollment_list, name="enrollments"),
    path("enrollments/new/", enrollments.enrollment_new, name="enrollment_new"),
    path("enrollments/<uuid:pk>/", enrollments.enrollment_page, name="enrollment_page"),
    path("enrollments/<uuid:pk>/edit/", enrollments.enrollment_edit, name="enrollment_edit"),
    path("enrollments/<uuid:pk>/<slug:verb>/", enrollments.enrollment_verb, name="enrollment_verb"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.notifications_read, name="notifications_read"),
    path("notifications/<uuid:pk>/read/", notifications.notification_read, name="notification_read"),
    path("declarations/", ownership.declaration_list, name="declarations"),
    path("declarations/<uuid:pk>/withdraw/", ownership.declaration_withdraw, name="declaration_withdraw"),
    path("agreements/<str:number>/schedule/", partners.schedule_page, name="agreement_schedule"),
]
