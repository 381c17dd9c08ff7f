"""The console's pages of Setu's callbacks."""

from webhooks.admin import deliveries, front  # noqa: F401  # each registers its pages
