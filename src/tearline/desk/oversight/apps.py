from django.apps import AppConfig


class Oversight(AppConfig):
    name = "tearline.desk.oversight"
    label = "oversight"
