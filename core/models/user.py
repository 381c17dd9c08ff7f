from typing import Any
from uuid import uuid4

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from core.errors import NotAllowed
from core.models.organization import Organization


class Role(models.TextChoices):
    MANAGER = "manager"
    EMPLOYEE = "employee"


class People(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in names are unique without regard to case, over all organizations."""
        # By the unique index's own expression: others (UPPER) hold more letters to be the same and may find two.
        return self.alias(lower=Lower("username")).get(lower=Lower(Value(username)))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person of one organization. Superusers alone have none; they open the admin site, not the API."""

    first_name = last_name = email = None  # type: ignore[assignment]  # Django's way to drop a field

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    role = models.CharField(max_length=8, choices=Role, default=Role.EMPLOYEE)
    full_name = models.CharField(
        max_length=120, blank=True, help_text="Sent to Setu; the user name where empty."
    )
    dob = models.DateField("date of birth", null=True, blank=True)
    token_version = models.PositiveIntegerField(
        default=0, help_text="Raised to end all sessions: tokens of an older version are refused."
    )

    REQUIRED_FIELDS = []
    objects = People()  # type: ignore[assignment,misc]  # not AbstractUser's: ours have no e-mail address

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique"),
            models.CheckConstraint(
                condition=models.Q(organization__isnull=False) | models.Q(is_superuser=True),
                name="user_has_organization",
            ),
        ]

    def get_session_auth_hash(self) -> str:
        """A session of the admin site ends with the API's tokens: it holds for one password and token version."""
        return salted_hmac(
            "core.User.session", f"{self.password}{self.token_version}", algorithm="sha256"
        ).hexdigest()

    @property
    def tenant(self) -> Organization:
        """The organization. Superusers have none and stay in the admin site: NotAllowed."""
        if self.organization is None:
            raise NotAllowed("This account belongs to no organization. It opens the admin site only.")
        return self.organization

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER

    @property
    def birth_year(self) -> int | None:
        return self.dob.year if self.dob else None

    @property
    def display_name(self) -> str:
        """What Setu compares with the name on Aadhaar."""
        return self.full_name or self.username
