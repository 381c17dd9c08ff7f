"""Organizations, with what happened to their accounts."""

from django.contrib import admin

from core.console import sections
from core.console.history import history
from core.console.pages import ReadOnlyAdmin
from core.console.sections import Table
from core.console.shown import account_badge, moment, page_of
from core.models import Organization, Role, User

MANAGERS_MAX = 20


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    intro = "The customers. `manage.py onboard` makes one with its first manager; managers onboard everybody else."
    empty_list = "There is no organization yet: `manage.py onboard` makes one."
    list_display = ("name", "created")
    search_fields = ("name",)
    search_help_text = "Part of the name."
    sortable_by = ()
    ordering = ("name",)
    fields = readonly_fields = ("name", "id", "created")

    @admin.display(description="created (UTC)")
    def created(self, organization: Organization) -> str:
        return moment(organization.created_at)


@sections.register(Organization)
def managers(organization: Organization) -> Table:
    found = User.objects.filter(organization=organization, role=Role.MANAGER).order_by("username")[
        :MANAGERS_MAX
    ]
    rows = [
        (
            page_of(user, user.username),
            user.full_name,
            account_badge(user),
        )
        for user in found
    ]
    return Table(
        "Managers", ("User", "Full name", "Account"), rows, note=f"The first {MANAGERS_MAX} by name."
    )


@sections.register(Organization)
def accounts(organization: Organization) -> Table:
    users = User.objects.filter(organization=organization).values_list("id", "username")[:500]
    return history(organization.id, names={str(key): name for key, name in users})
