from django.contrib import admin

from core.readonly import ReadOnlyAdmin
from signing.models import SignatureRequest


@admin.register(SignatureRequest)
class SignatureRequestAdmin(ReadOnlyAdmin):
    list_display = ("id", "organization", "document", "status", "ending_reason", "created_at", "confirmed_at")
    list_filter = ("status", "organization")
    list_select_related = ("organization", "document")
    search_fields = ("id",)
    exclude = ("hint", "asked")
