from django.apps import AppConfig


class Accounts(AppConfig):
    name = "tearline.desk.accounts"
    label = "accounts"

    def ready(self) -> None:
        from tearline.desk.accounts import recording, sessions  # noqa: F401, PLC0415 - they listen from then on
