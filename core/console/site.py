"""The support console: Django's admin for superusers, with a front page that tells how things are."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.response import TemplateResponse

from core.console import panels
from core.models import User

APPS_FIRST = ("signing", "webhooks", "core")  # by how often a support person needs them


class SuperuserForm(AdminAuthenticationForm):
    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not user.is_superuser:
            raise ValidationError(
                self.error_messages["invalid_login"], code="invalid_login", params=self._named()
            )

    def _named(self) -> dict[str, Any]:
        return {"username": self.username_field.verbose_name}


class Console(admin.AdminSite):
    site_header = site_title = "SignFlow support"
    index_title = "How it is"
    index_template = "console/index.html"
    login_form = SuperuserForm
    empty_value_display = "—"
    site_url = None
    enable_nav_sidebar = False  # the front page and the breadcrumbs lead everywhere

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers only: `is_staff` alone opens nothing, and managers are no staff."""
        user = request.user
        return isinstance(user, User) and user.is_active and user.is_staff and user.is_superuser

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), "panels": panels.all_panels()})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps: list[Any] = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: (*APPS_FIRST, app["app_label"]).index(app["app_label"]))
