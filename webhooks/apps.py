from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = "Setu's callbacks"

    def ready(self) -> None:
        from webhooks import checks, erasures, metrics, purges  # noqa: F401  # what is asked, measured, erased, purged
