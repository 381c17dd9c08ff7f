"""People: found, locked, signed out, given a new password."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from core.console.actions import confirmed
from core.console.filters import OrganizationFilter
from core.console.pages import ReadOnlyAdmin
from core.console.shown import account_badge, badge, moment
from core.erasure import is_erased
from core.errors import Conflict
from core.models import User
from core.services import accounts


@confirmed(
    label="Lock",
    says="Nobody can sign in with a locked account, and all its sessions end at once. What it asked for or signed "
    "stays. The organization's history says who locked it.",
)
def lock(user: User, by: User, reason: str) -> str:
    accounts.user_lock(user=user, by=by)
    return "The account is locked and its sessions have ended."


@confirmed(label="Unlock", says="The person can sign in again, with the password there was before.")
def unlock(user: User, by: User, reason: str) -> str:
    accounts.user_unlock(user=user, by=by)
    return "The account is unlocked."


@confirmed(
    label="End all sessions",
    says="Everybody who is signed in with the account is signed out, on all devices; links to files and to signing "
    "stop working as well. The person signs in again with the same password.",
)
def end_sessions(user: User, by: User, reason: str) -> str:
    accounts.user_sessions_end(user=user, by=by)
    return "All sessions have ended."


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    intro = "Everybody who can sign in. Managers onboard people; here an account is locked or given a new password."
    list_display = ("username", "full_name", "organization", "shown_role", "account", "signed_in")
    list_filter = ("is_active", "role", "is_superuser", OrganizationFilter)
    list_select_related = ("organization",)
    search_fields = ("username",)
    search_help_text = "The beginning of the user name, or part of the full name."
    sortable_by = ("username",)
    ordering = ("username",)
    actions = (lock, unlock, end_sessions)
    fields = (
        "username",
        "full_name",
        "dob",
        "organization",
        "shown_role",
        "account",
        "signed_in",
        "joined",
        "id",
    )
    readonly_fields = ("account", "shown_role", "signed_in", "joined", "id")

    def named(self, user: User) -> str:
        return f"{user.username} of {user.organization or 'no organization (superuser)'}"

    def offers(self, action: str, obj: User) -> bool:
        return {"lock": obj.is_active, "unlock": not obj.is_active and not is_erased(obj)}.get(action, True)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        term = search_term.strip().replace("\0", "")
        if not term:
            return queryset, False
        return queryset.filter(Q(username__istartswith=term) | Q(full_name__icontains=term)), False

    @admin.display(description="account")
    def account(self, user: User) -> str:
        return account_badge(user)

    @admin.display(description="role")
    def shown_role(self, user: User) -> str:
        return badge("superuser", "warn") if user.is_superuser else user.role

    @admin.display(description="last in the console (UTC)")
    def signed_in(self, user: User) -> str:
        return moment(user.last_login)

    @admin.display(description="onboarded (UTC)")
    def joined(self, user: User) -> str:
        return moment(user.date_joined)

    def get_urls(self) -> list[Any]:
        door = path(
            "<uuid:user_id>/password/", self.admin_site.admin_view(self.password), name="core_user_password"
        )
        return [door, *super().get_urls()]

    def doors(self, obj: User) -> list[tuple[str, str]]:
        if is_erased(obj):
            return []
        return [(reverse("admin:core_user_password", args=(obj.pk,)), "Set a password")]

    @method_decorator(sensitive_post_parameters())
    def password(self, request: HttpRequest, user_id: Any) -> HttpResponse:
        """Django's form for a new password; it raises the token version."""
        user = User.objects.filter(id=user_id).first()
        if user is None:
            raise Http404
        if not isinstance(request.user, User):
            raise PermissionDenied
        form = SetPasswordForm(user, request.POST if request.method == "POST" else None)
        if form.is_valid():
            told = self._password_set(request, user, form.cleaned_data["new_password1"])
            self.message_user(request, *told)
            return HttpResponseRedirect(reverse("admin:core_user_change", args=(user.pk,)))
        context = self.admin_site.each_context(request) | {
            "title": f"A new password for {user.username}", "form": form, "opts": self.opts, "person": user,
        }  # fmt: skip
        return TemplateResponse(request, "console/password.html", context)

    def _password_set(self, request: HttpRequest, user: User, password: str) -> tuple[str, int]:
        assert isinstance(request.user, User)  # noqa: S101  # as was asked
        try:
            accounts.user_password_set(user=user, password=password, by=request.user)
        except Conflict as refusal:
            return refusal.detail, messages.ERROR
        if user == request.user:
            update_session_auth_hash(request, user)
        return "The password is set and all sessions have ended.", messages.SUCCESS
