from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "signing"
    verbose_name = "Documents and signatures"

    def ready(self) -> None:
        from signing import actors  # noqa: F401  # declares the kinds of jobs in every process
