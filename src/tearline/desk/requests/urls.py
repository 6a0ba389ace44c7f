from django.urls import path

from tearline.desk.requests import proposal_views, views

app_name = "requests"
urlpatterns = [
    path("requests/", views.everything, name="all"),
    path("cases/<uuid:case>/requests/", views.of_case, name="of-case"),
    path("cases/<uuid:case>/requests/new/", views.new, name="new"),
    path("cases/<uuid:case>/requests/propose/", proposal_views.propose, name="propose"),
    path("cases/<uuid:case>/requests/proposals/<uuid:job>/", proposal_views.proposals, name="proposals"),
    path("cases/<uuid:case>/requests/<uuid:identifier>/", views.one, name="one"),
    path("cases/<uuid:case>/requests/<uuid:identifier>/edit/", views.edit, name="edit"),
    path("cases/<uuid:case>/requests/<uuid:identifier>/send/", views.send, name="send"),
    path("cases/<uuid:case>/requests/<uuid:identifier>/withdraw/", views.withdraw, name="withdraw"),
    path("cases/<uuid:case>/requests/<uuid:identifier>/answer/", views.answer, name="answer"),
    path(
        "cases/<uuid:case>/requests/<uuid:identifier>/letter-<str:language>.<str:ending>",
        views.letter_file,
        name="letter",
    ),
]
