from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "signing"
    verbose_name = "Signature requests"

    def ready(self) -> None:
        # Each declares something in every process: kinds of jobs, what the doctor asks, what is measured.
        from signing import actors, checks, erasures, metrics, purges  # noqa: F401
        from signing.services import doorbells  # noqa: F401  # has a part in each minute
