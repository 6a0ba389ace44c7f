from django.apps import AppConfig


class Cases(AppConfig):
    name = "tearline.desk.cases"
    label = "cases"
