from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "People and plumbing"

    def ready(self) -> None:
        import dramatiq

        from core.liveness import Liveness  # needs the models, so it cannot stand in the settings' list

        dramatiq.get_broker().add_middleware(Liveness())
