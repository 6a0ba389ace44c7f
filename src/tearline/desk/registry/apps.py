from django.apps import AppConfig


class Registry(AppConfig):
    name = "tearline.desk.registry"
    label = "registry"
