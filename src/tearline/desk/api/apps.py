from django.apps import AppConfig


class Api(AppConfig):
    name = "tearline.desk.api"
    label = "api"
