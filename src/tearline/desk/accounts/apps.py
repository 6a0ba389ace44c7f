from django.apps import AppConfig


class Accounts(AppConfig):
    name = "tearline.desk.accounts"
    label = "accounts"
