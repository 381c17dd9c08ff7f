from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "People and work"

    def ready(self) -> None:
        import dramatiq

        from core import checkup_settings, checkup_stores, checkup_work, sentry  # noqa: F401  # what the doctor asks
        from core.counters import Flushing
        from core.liveness import Liveness  # need the models, so they cannot stand in the settings' list

        broker = dramatiq.get_broker()
        broker.add_middleware(Liveness())
        broker.add_middleware(Flushing())
        sentry.start()
