"""The demo organization: one manager, two employees, and one superuser for the admin site. Repeating is safe."""

from datetime import date

from core.models import Organization, Role, User
from core.services.users import organization_create, user_create

ORGANIZATION = "Kaveri Engineering"
PEOPLE = (
    ("asha", "Asha Rao", date(1990, 4, 12)),
    ("ravi", "Ravi Sen", date(1985, 11, 3)),
)


def seed(passwords: dict[str, str]) -> None:
    """passwords: DEMO_MANAGER_PASSWORD and its kin, as devmode.kept_secrets makes them."""
    manager = User.objects.filter(username="manager").first()
    if manager is None:
        manager = organization_create(
            name=ORGANIZATION, username="manager", password=passwords["DEMO_MANAGER_PASSWORD"]
        )
    organization = Organization.objects.get(id=manager.tenant.id)
    for username, full_name, dob in PEOPLE:
        if not User.objects.filter(username=username).exists():
            user_create(
                organization=organization,
                by=manager,
                username=username,
                password=passwords[f"DEMO_{username.upper()}_PASSWORD"],
                role=Role.EMPLOYEE,
                dob=dob,
                full_name=full_name,
            )
    if not User.objects.filter(username="admin").exists():
        User.objects.create_superuser("admin", passwords["DEMO_ADMIN_PASSWORD"])
