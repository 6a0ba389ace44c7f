from django.apps import AppConfig


class TakingIn(AppConfig):
    name = "tearline.desk.taking_in"
    label = "taking_in"

    def ready(self) -> None:
        from tearline.desk.taking_in import jobs  # noqa: PLC0415 - models are there only now

        jobs.register_kinds()
