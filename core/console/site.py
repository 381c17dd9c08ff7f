"""The support console: Django's admin for superusers, with a front page that tells how things are."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from core.address import client_address
from core.console import panels
from core.errors import NotSignedIn, TooMany
from core.models import User
from core.services.accounts import user_password_set
from core.services.sessions import console_sign_in

ORDER = (  # by how often a support person needs them
    "SignatureRequest", "InboundDelivery", "Job", "User", "Organization", "SecurityEvent", "Stray",
    "Heartbeat", "Counter",
)  # fmt: skip


class SuperuserForm(AdminAuthenticationForm):
    """Tries are counted together with the API's, and told in the same words."""

    retry_after = 0  # s, where there were too many tries

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is None or not password:
            return self.cleaned_data
        address = client_address(self.request) if self.request else ""
        try:
            self.user_cache = console_sign_in(username=username, password=password, address=address)
        except TooMany as refusal:
            self.retry_after = refusal.extra["retry_after"]
            raise ValidationError(refusal.detail, code=refusal.code) from None
        except NotSignedIn:
            raise self.get_invalid_login_error() from None
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class OwnPasswordForm(AdminPasswordChangeForm):
    """A person's own new password ends their other sessions, as one that is set for somebody does."""

    def save(self, commit: bool = True) -> User:
        user_password_set(user=self.user, password=self.cleaned_data["new_password1"], by=self.user)
        return self.user


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

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer = super().login(request, extra_context)
        form = (getattr(answer, "context_data", None) or {}).get("form")
        if isinstance(form, SuperuserForm) and form.retry_after:
            answer.status_code, answer["Retry-After"] = 429, str(form.retry_after)
        return answer

    def password_change(  # type: ignore[override]  # a redirect once it is done, as with Django
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            template_name="registration/password_change_form.html",
            success_url=reverse("admin:password_change_done"),
            extra_context=self.each_context(request) | (extra_context or {}),
        )
        return view(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), "panels": panels.all_panels()})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        models = [model for app in context["available_apps"] for model in app["models"]]
        return context | {"pages": sorted(models, key=_place)}


def _place(model: dict[str, Any]) -> int:
    name = model["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER)
