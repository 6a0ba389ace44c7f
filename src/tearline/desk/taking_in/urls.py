from django.urls import path

from tearline.desk.taking_in import views

app_name = "taking-in"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("mapping/<uuid:upload>/", views.mapping, name="mapping"),
    path("batches/", views.batches, name="batches"),
    path("batches/<str:batch>/retract/", views.retract, name="retract"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/retry/", views.retry, name="retry"),
]
