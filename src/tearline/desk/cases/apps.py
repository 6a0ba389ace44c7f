from django.apps import AppConfig


class Cases(AppConfig):
    name = "tearline.desk.cases"
    label = "cases"

    def ready(self) -> None:
        from tearline.desk.cases import recusal  # noqa: PLC0415 - models are there only now

        recusal.watch()
