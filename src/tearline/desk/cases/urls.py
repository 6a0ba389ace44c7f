from django.urls import path

from tearline.desk.cases import unmasking_views, views

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:case>/", views.case, name="case"),
    path("<uuid:case>/names/", unmasking_views.unmaskings, name="unmaskings"),
    path("<uuid:case>/names/ask/", unmasking_views.ask, name="unmask"),
    path("<uuid:case>/names/<int:asked>/decide/", unmasking_views.decide, name="unmask-decide"),
]
