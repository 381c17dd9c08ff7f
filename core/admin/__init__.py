"""The console's pages of people and work. What else there is of Django's own is not shown."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin  # noqa: F401  # registers Group, whichever app comes first
from django.contrib.auth.models import Group
from django_dramatiq.admin import TaskAdmin  # noqa: F401  # registers Task, likewise
from django_dramatiq.models import Task

from core.admin import front, organizations, security, users, work  # noqa: F401  # each registers its pages

admin.site.unregister((Group, Task))
