from django.urls import path

from tearline.desk.today import views

urlpatterns = [path("", views.today, name="today")]
