"""The admin site for a support person: people can be looked up and locked; nothing secret is shown."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from core.models import Job, Organization, User
from core.readonly import ModelAdmin, ReadOnlyAdmin

admin.site.site_header = admin.site.site_title = "SignFlow"
admin.site.unregister(Group)


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("name", "created_at")
    search_fields = ("name",)


@admin.register(User)
class UserAdmin(ModelAdmin):
    list_display = ("username", "organization", "role", "is_active", "last_login")
    list_filter = ("role", "is_active", "organization")
    list_select_related = ("organization",)
    search_fields = ("username", "full_name")
    fields = (
        "username",
        "organization",
        "role",
        "full_name",
        "dob",
        "is_active",
        "token_version",
        "last_login",
    )
    readonly_fields = ("username", "organization", "role", "full_name", "dob", "token_version", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # `manage.py onboard`, or a manager

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "kind",
        "subject",
        "due_at",
        "leased_until",
        "failures",
        "crashes",
        "dead_at",
        "last_error",
    )
    list_filter = ("kind", ("dead_at", admin.EmptyFieldListFilter))
    search_fields = ("subject",)
