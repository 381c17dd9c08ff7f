from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = "Setu's callbacks"

    def ready(self) -> None:
        from webhooks import adoption, checks, erasures, metrics, purges  # noqa: F401  # they register
