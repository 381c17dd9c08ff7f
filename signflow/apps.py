from django.apps import AppConfig


class SignFlowConfig(AppConfig):
    name = "signflow"
    verbose_name = "SignFlow"

    def ready(self) -> None:
        from signflow import checks  # noqa: F401  # registers them
