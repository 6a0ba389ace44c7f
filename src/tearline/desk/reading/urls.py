from django.urls import path

from tearline.desk.reading import views

app_name = "reading"
urlpatterns = [
    path("", views.sessions, name="sessions"),
    path("<uuid:session>/", views.session, name="session"),
    path("<uuid:session>/sheet/", views.sheet, name="sheet"),
    path("<uuid:session>/close/", views.close, name="close"),
    path("<uuid:session>/lines/<int:line>/undo/", views.undo, name="undo"),
]
