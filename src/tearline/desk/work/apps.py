from django.apps import AppConfig


class Work(AppConfig):
    name = "tearline.desk.work"
    label = "work"
