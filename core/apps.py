from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "People and work"

    def ready(self) -> None:
        import dramatiq

        # Each declares something in every process: work, what the doctor asks, what is purged.
        from core import (  # noqa: F401  # to be imported is all they need
            actors,
            checkup_purge,
            checkup_settings,
            checkup_stores,
            checkup_work,
            erasures,
            purges,
            sentry,
        )
        from core.counters import Flushing
        from core.liveness import Liveness  # need the models, so they cannot stand in the settings' list

        broker = dramatiq.get_broker()
        broker.add_middleware(Liveness())
        broker.add_middleware(Flushing())
        sentry.start()
