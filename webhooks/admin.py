from django.contrib import admin

from core.readonly import ReadOnlyAdmin
from webhooks.models import InboundDelivery


@admin.register(InboundDelivery)
class InboundDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "claimed_status", "request", "size", "digest")
    list_select_related = ("request",)
    exclude = ("setu_id", "setu_document_id", "claimed_signers")
