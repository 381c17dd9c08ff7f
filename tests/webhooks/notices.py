"""Bodies of callbacks."""

import json
from typing import Any

CALLBACK = "/webhooks/setu/callback-token"


def notice(setu_id: str = "setu-1", status: str | None = "sign_pending", **extra: Any) -> bytes:
    signers = [
        {"id": "setu-1-1", "identifier": "x", "displayName": "Asha Rao", "status": "signed", "errCode": ""}
    ]
    esign = {"id": setu_id, "documentId": "doc-1", "status": status, "signers": signers} | extra
    return json.dumps({"event": "ESIGN_WEBHOOK_NOTIFICATION", "data": {"esign": esign}}).encode()


def post(
    client: Any, body: bytes, path: str = CALLBACK, content_type: str = "application/json", **headers: str
) -> Any:
    return client.post(path, body, content_type=content_type, headers=headers)
