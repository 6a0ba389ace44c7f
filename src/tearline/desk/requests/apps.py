from django.apps import AppConfig


class Requests(AppConfig):
    name = "tearline.desk.requests"
    label = "requests"

    def ready(self) -> None:
        from tearline.desk.requests import proposing  # noqa: PLC0415 - models are there only now

        proposing.register_kinds()
