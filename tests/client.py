"""A client of the API as one user, with the paths and bodies the frontend sends."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.auth import tokens_for
from core.models import User


class Api:
    def __init__(self, user: User | None = None, *, token: str | None = None) -> None:
        access = token or (tokens_for(user)[0] if user else None)
        self._client = Client(headers={"Authorization": f"Bearer {access}"} if access else None)

    def get(self, path: str, **extra: Any) -> Any:
        return self._client.get(f"/api/{path}", **extra)

    def post(self, path: str, body: Any = None, **extra: Any) -> Any:
        return self._client.post(f"/api/{path}", body or {}, content_type="application/json", **extra)

    def upload(self, content: bytes, *, name: str = "Contract") -> Any:
        file = SimpleUploadedFile("contract.pdf", content, content_type="application/pdf")
        return self._client.post("/api/documents/", {"name": name, "document": file})

    def ask(self, document_id: str, signers: Sequence[User], **signature: Any) -> Any:
        """Create a signature request with exactly the frontend's body."""
        box = {"height": 60, "width": 180, "position": "bottom-left", "onPages": ["1"]} | signature
        people = [
            {"identifier": str(user.id), "displayName": user.username, "birthYear": "null", "signature": box}
            for user in signers
        ]
        body = {"documentId": document_id, "redirectUrl": "http://setu.co", "signers": people}
        return self.post("signature/", body)
