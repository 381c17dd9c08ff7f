from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = "Setu's callbacks"

    def ready(self) -> None:
        from webhooks import checks, metrics  # noqa: F401  # declare what the doctor asks and what is measured
