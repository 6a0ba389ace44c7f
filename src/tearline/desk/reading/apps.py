from django.apps import AppConfig


class Reading(AppConfig):
    name = "tearline.desk.reading"
    label = "reading"
