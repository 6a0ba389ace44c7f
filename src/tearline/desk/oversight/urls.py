from django.urls import path

from tearline.desk.oversight import views

app_name = "oversight"
urlpatterns = [
    path("", views.lookups, name="lookups"),
    path("unusual/", views.out_of_the_ordinary, name="unusual"),
    path("book/", views.book, name="book"),
]
