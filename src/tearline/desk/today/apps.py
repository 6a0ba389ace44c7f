from django.apps import AppConfig


class Today(AppConfig):
    name = "tearline.desk.today"
    label = "today"
