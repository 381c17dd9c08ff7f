from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = "Setu's callbacks"

    def ready(self) -> None:
        from webhooks import checks, metrics, purges  # noqa: F401  # declare what is asked, measured and purged
