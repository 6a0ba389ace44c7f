"""Every address of the desk."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language


def healthy(_request: HttpRequest) -> HttpResponse:
    """For a proxy or a service manager: the desk answers."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("", include("tearline.desk.today.urls")),
    path("cases/", include("tearline.desk.cases.urls")),
    path("", include("tearline.desk.registry.urls")),
    path("jobs/", include("tearline.desk.work.urls")),
    path("", include("tearline.desk.requests.urls")),
    path("intake/", include("tearline.desk.taking_in.urls")),
    path("readings/", include("tearline.desk.reading.urls")),
    path("oversight/", include("tearline.desk.oversight.urls")),
    path("account/", include("tearline.desk.accounts.urls")),
    path("api/", include("tearline.desk.api.urls")),
    path("language/", set_language, name="set_language"),
    path("healthy/", healthy, name="healthy"),
]
