from django.urls import path

from tearline.desk.cases import views

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:case>/", views.case, name="case"),
]
