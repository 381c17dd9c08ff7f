"""Setu's API as its clients see it: paths, headers, shapes. The rules are in `core`."""

import json
import time
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin.clock import api_time
from tests.standin.core import Core
from tests.standin.errors import ApiError, ConnectionLost, envelope, invalid_payload, unauthorized
from tests.standin.faulty import bend, faulty_answer
from tests.standin.links import signed_link
from tests.standin.state import Account, Request, Signer
from tests.standin.validate import request_plan
from tests.standin.wire import json_response

FORM_SLACK = 64 * 1024  # bytes a form may have beside its file


def _rule(method: str, path: str, endpoint: str) -> Rule:
    return Rule(path, endpoint=endpoint, methods=[method], strict_slashes=False)


URLS = Map(
    [
        _rule("POST", "/api/documents", "upload"),
        _rule("GET", "/api/documents/<id>", "document"),
        _rule("POST", "/api/signature", "create"),
        _rule("GET", "/api/signature/<id>", "get"),
        _rule("GET", "/api/signature/<id>/download", "download"),
        _rule("POST", "/api/signature/<id>/delete", "delete"),
        _rule("GET", "/api/signature/<id>/audit", "audit"),
    ],
    merge_slashes=False,
)


class Api:
    """Answers the calls of Setu's clients."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._handlers: dict[str, Callable[[HttpRequest, Account, str], tuple[int, Any]]] = {
            "upload": self._upload,
            "document": self._document,
            "create": self._create,
            "get": self._get,
            "download": self._download,
            "delete": self._delete,
            "audit": self._audit,
        }

    def respond(self, http: HttpRequest) -> Response:
        """Answer one call. Raises ConnectionLost where a fault wants the answer lost."""
        try:
            endpoint, values = URLS.bind_to_environ(http.environ).match()
        except HTTPException as error:
            wrong_method = isinstance(error, MethodNotAllowed)
            code = "method_not_allowed" if wrong_method else "not_found"
            return envelope(405 if wrong_method else 404, code, "No such endpoint.", self._trace())
        resource = values.get("id", "")
        request_id = None if endpoint == "document" else resource or None
        with self.core.lock:
            self.core.calls[endpoint] += 1
        faults = {fault.name: fault for fault in self.core.faults.take(endpoint, request_id)}
        if "slow" in faults:
            time.sleep(float(faults["slow"].args.get("seconds", 1)))
        if "status" in faults:
            return faulty_answer(faults["status"], self._trace())
        try:
            account = self._account(http)
            status, body = self._handlers[endpoint](http, account, resource)
        except ApiError as error:
            status, body = 0, error
        except RequestEntityTooLarge:
            status, body = 0, invalid_payload("The upload is too large.")
        if "accept_then_hang" in faults:
            raise ConnectionLost(endpoint)
        if isinstance(body, ApiError):
            return body.response(self._trace())
        if "expired_link" in faults:
            link, until = signed_link(self.core, "signed", resource, age=self.core.settings.link_seconds + 60)
            body |= {"downloadUrl": link, "validUpto": api_time(until)}
        bend(body, faults)
        return Response(status=204) if body is None else json_response(body, status)

    def _account(self, http: HttpRequest) -> Account:
        given = [
            http.headers.get(f"x-{name}") for name in ("client-id", "client-secret", "product-instance-id")
        ]
        for account in self.core.accounts:
            if given == [account.client_id, account.client_secret, account.instance_id]:
                return account
        raise unauthorized()

    def _upload(self, http: HttpRequest, account: Account, _: str) -> tuple[int, Any]:
        http.max_content_length = self.core.settings.upload_bytes + FORM_SLACK
        file, name = http.files.get("document"), http.form.get("name", "").strip()
        if file is None:
            raise invalid_payload("Missing required parameter in an uploaded file: document")
        if not name:
            raise invalid_payload("Missing required parameter: name")
        content = file.read()
        if len(content) > self.core.settings.upload_bytes:
            raise invalid_payload("The upload is too large.")
        document = self.core.upload(
            account.owner, name=name, content=content, password=http.form.get("password")
        )
        return 201, {"id": document.id, "name": document.name}

    def _document(self, _: HttpRequest, account: Account, document_id: str) -> tuple[int, Any]:
        document = self.core.document(account.owner, document_id)
        return 200, {
            "documentType": "application/pdf",
            "downloadUrl": signed_link(self.core, "document", document.id)[0],
            "id": document.id,
            "name": document.name,
        }

    def _create(self, http: HttpRequest, account: Account, _: str) -> tuple[int, Any]:
        try:
            body = json.loads(http.get_data())
        except (ValueError, RecursionError) as error:
            raise invalid_payload("The body is not JSON.") from error
        plan = request_plan(body, signer_cap=self.core.settings.signer_cap)
        request = self.core.create(account.owner, plan, caller(http, account))
        shown = self._shown(request)
        signers = shown.pop("signers")
        return 201, {**shown, "traceId": self._trace(), "signers": signers}

    def _get(self, _: HttpRequest, account: Account, request_id: str) -> tuple[int, Any]:
        with self.core.lock:
            return 200, self._shown(self.core.request(request_id, account.owner))

    def _download(self, _: HttpRequest, account: Account, request_id: str) -> tuple[int, Any]:
        self.core.signed_document(request_id, account.owner)
        link, until = signed_link(self.core, "signed", request_id)
        return 200, {"id": request_id, "downloadUrl": link, "validUpto": api_time(until)}

    def _delete(self, _: HttpRequest, account: Account, request_id: str) -> tuple[int, Any]:
        self.core.delete(request_id, account.owner)
        return 204, None

    def _audit(self, http: HttpRequest, account: Account, request_id: str) -> tuple[int, Any]:
        with self.core.lock:
            request = self.core.request(request_id, account.owner)
            if "json" not in http.headers.get("Accept", "") and "*/*" not in http.headers.get("Accept", ""):
                raise ApiError(406, "invalid_payload", "The stand-in's audit is application/json only.")
            return 200, {
                "id": request.id,
                "document": {"id": request.document_id, "name": request.document_name},
                "events": list(request.events),
            }

    def _shown(self, request: Request) -> dict[str, Any]:
        """A request as create and get show it."""
        reason = {} if request.reason is None else {"reason": request.reason}
        return {
            "id": request.id,
            "documentId": request.document_id,
            "redirectUrl": request.redirect_url,
            **reason,
            "status": request.status,
            "signers": [self._shown_signer(request, signer) for signer in request.signers],
        }

    def _shown_signer(self, request: Request, signer: Signer) -> dict[str, Any]:
        location = {} if signer.location is None else {"location": signer.location}
        return {
            "id": signer.id,
            "identifier": signer.identifier,
            "displayName": signer.display_name,
            "birthYear": signer.birth_year or "None",
            **location,
            "status": request.signer_status(signer),
            "errCode": signer.err_code,
            "signatureDetails": signer.details,
            "url": self.core.signer_url(request, signer),
        }

    def _trace(self) -> str:
        return self.core.ids.trace(self.core.clock.now())


def caller(http: HttpRequest, account: Account) -> dict[str, str]:
    """The API client as the audit names it."""
    return {
        "name": account.client_id,
        "type": "apiClient",
        "userAgent": http.headers.get("User-Agent", ""),
        "IP": http.remote_addr or "",
    }
