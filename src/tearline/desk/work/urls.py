from django.urls import path

from tearline.desk.work import views

app_name = "work"
urlpatterns = [
    path("", views.jobs, name="list"),
    path("<uuid:job>/", views.job, name="job"),
    path("<uuid:job>/state/", views.state, name="state"),
    path("<uuid:job>/cancel/", views.cancel, name="cancel"),
    path("<uuid:job>/again/", views.again, name="again"),
]
