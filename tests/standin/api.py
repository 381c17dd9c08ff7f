"""Setu's API as its clients see it: paths, headers, shapes. The rules are in `core`."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from tests.standin.audit_pdf import audit_pdf
from tests.standin.clock import api_time
from tests.standin.configs import config_id, config_not_found, config_signers
from tests.standin.core import Core
from tests.standin.driving import Act, drive
from tests.standin.errors import ApiError, envelope, invalid_payload, unauthorized
from tests.standin.faults import Fault
from tests.standin.faulty import before, bend, lost, sent
from tests.standin.links import signed_link
from tests.standin.shapes import report, shown
from tests.standin.signatures import settle_quietly
from tests.standin.state import Account
from tests.standin.validate import request_plan
from tests.standin.wire import json_response

OF_REQUESTS = ("get", "download", "delete", "audit")
FORM_SLACK = 64 * 1024  # bytes a form may have beside its file


def _rule(method: str, path: str, endpoint: str) -> Rule:
    return Rule(path, endpoint=endpoint, methods=[method], strict_slashes=False)


URLS = Map(
    [
        _rule("POST", "/api/documents", "upload"),
        _rule("GET", "/api/documents/<id>", "document"),
        _rule("POST", "/api/signature", "create"),
        _rule("POST", "/api/signature/config", "config_create"),
        _rule("PUT", "/api/signature/config", "config_update"),
        _rule("GET", "/api/signature/config/<id>", "config_read"),
        _rule("GET", "/api/signature/config/<id>/<version>", "config_read"),
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
        self._handlers: dict[str, Callable[..., tuple[int, Any]]] = {
            "upload": self._upload,
            "document": self._document,
            "create": self._create,
            "get": self._get,
            "download": self._download,
            "delete": self._delete,
            "audit": self._audit,
            "config_create": self._config_create,
            "config_update": self._config_update,
            "config_read": self._config_read,
        }

    def respond(self, http: HttpRequest) -> Response:
        """Answer one call. Raises errors.ConnectionLost where a fault wants the answer lost."""
        try:
            endpoint, values = URLS.bind_to_environ(http.environ).match()
        except HTTPException as error:
            wrong_method = isinstance(error, MethodNotAllowed)
            code = "method_not_allowed" if wrong_method else "not_found"
            return envelope(405 if wrong_method else 404, code, "No such endpoint.", self._trace())
        strikes = "config" if endpoint.startswith("config") else endpoint
        request_id = values.get("id") if endpoint in OF_REQUESTS else None
        with self.core.lock:
            self.core.calls[strikes] += 1
        faults = self.core.faults.take(strikes, request_id)
        if instead := before(faults, self._trace):
            return instead
        try:
            account = self._account(http)
            if "withdrawn" in faults:
                self.core.delete(request_id or "", account.owner)
            status, body = self._handlers[endpoint](http, account, **values)
        except ApiError as error:
            status, body = 0, error
        except RequestEntityTooLarge:
            status, body = 0, invalid_payload("The upload is too large.")
        if status and "callback_early" in faults:
            self._notify_early(body["id"], faults["callback_early"])
        lost(faults, endpoint)
        if isinstance(body, ApiError):
            return body.response("" if self.core.switches.empty_trace else self._trace())
        if isinstance(body, Response):
            return body
        if "expired_link" in faults or "clock_skew" in faults:
            self._bend_link(body, faults)
        bend(body, faults)
        return Response(status=204) if body is None else sent(json_response(body, status), faults)

    def _notify_early(self, request_id: str, fault: Fault) -> None:
        """Tell the receiver about the new request before its maker hears of it."""
        acting = self.core.request(request_id).signers[0].id
        if fault.arg("sign"):
            drive(self.core, [Act(request_id, acting)])
        self.core.courier.send_at_once(request_id, self.core.notification(request_id, acting))

    def _bend_link(self, body: Any, faults: dict[str, Fault]) -> None:
        """Another validUpto: the true one of a link that has ended, or a false one."""
        age = self.core.settings.link_seconds + 60 if "expired_link" in faults else 0
        link, until = signed_link(self.core, "signed", body["id"], age=age)
        if skew := faults.get("clock_skew"):
            until += timedelta(seconds=skew.arg("seconds"))
        body |= {"downloadUrl": link, "validUpto": api_time(until)}

    def _account(self, http: HttpRequest) -> Account:
        given = [
            http.headers.get(f"x-{name}") for name in ("client-id", "client-secret", "product-instance-id")
        ]
        for account in self.core.accounts:
            if given == [account.client_id, account.client_secret, account.instance_id]:
                return account
        raise unauthorized()

    def _upload(self, http: HttpRequest, account: Account) -> tuple[int, Any]:
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

    def _document(self, _: HttpRequest, account: Account, id: str) -> tuple[int, Any]:  # noqa: A002
        document = self.core.document(account.owner, id)
        return 200, {
            "documentType": "application/pdf",
            "downloadUrl": signed_link(self.core, "document", document.id)[0],
            "id": document.id,
            "name": document.name,
        }

    def _create(self, http: HttpRequest, account: Account) -> tuple[int, Any]:
        body = _json(http)
        chosen = config_id(body, required=False)
        places = self.core.config(account.owner, chosen).places() if chosen else None
        plan = request_plan(body, signer_cap=self.core.settings.signer_cap, places=places)
        request = self.core.create(account.owner, plan, caller(http, account))
        made = shown(self.core, request)
        signers = made.pop("signers")
        return 201, {**made, "traceId": self._trace(), "signers": signers}

    def _get(self, _: HttpRequest, account: Account, id: str) -> tuple[int, Any]:  # noqa: A002
        with self.core.lock:
            return 200, shown(self.core, self.core.request(id, account.owner))

    def _download(self, _: HttpRequest, account: Account, id: str) -> tuple[int, Any]:  # noqa: A002
        try:
            self.core.completed(id, account.owner)
        except ApiError as error:
            code = self.core.switches.download_404 if error.status == 404 else error.code
            raise ApiError(error.status, code, error.detail) from error
        link, until = signed_link(self.core, "signed", id)
        return 200, {"id": id, "downloadUrl": link, "validUpto": api_time(until)}

    def _delete(self, _: HttpRequest, account: Account, id: str) -> tuple[int, Any]:  # noqa: A002
        self.core.delete(id, account.owner)
        return 204, None

    def _audit(self, http: HttpRequest, account: Account, id: str) -> tuple[int, Any]:  # noqa: A002
        settle_quietly(self.core, self.core.request(id, account.owner))
        kind = http.accept_mimetypes.best_match(["application/json", "application/pdf"])
        with self.core.lock:
            found = report(self.core.request(id, account.owner))
        if kind == "application/pdf":
            return 200, Response(audit_pdf(found), content_type=kind)
        if kind is None:
            raise ApiError(406, "invalid_payload", "The audit is application/json or application/pdf.")
        return 200, found

    def _config_create(self, http: HttpRequest, account: Account) -> tuple[int, Any]:
        body = _json(http)
        chosen = config_id(body, required=False) or self.core.ids.new()
        signers = config_signers(body, signer_cap=self.core.settings.signer_cap)
        if chosen in self.core.configs:
            raise invalid_payload("The configId is in use.")
        self.core.keep_config(account.owner, chosen, signers)
        return 201, {"configId": chosen, "traceId": self._trace()}

    def _config_update(self, http: HttpRequest, account: Account) -> tuple[int, Any]:
        body = _json(http)
        chosen = config_id(body, required=True) or ""
        signers = config_signers(body.get("config"), signer_cap=self.core.settings.signer_cap)
        self.core.config(account.owner, chosen)
        kept = self.core.keep_config(account.owner, chosen, signers)
        return 200, {"configId": chosen, "versionNo": len(kept.versions), "traceId": self._trace()}

    def _config_read(
        self,
        _: HttpRequest,
        account: Account,
        id: str,  # noqa: A002
        version: str = "",
    ) -> tuple[int, Any]:
        versions = self.core.config(account.owner, id).versions
        number = int(version) if version.isascii() and version.isdecimal() else 0
        if version and not 0 < number <= len(versions):
            raise config_not_found()
        shown_no = number or len(versions)
        config = {"signers": versions[shown_no - 1]}
        return 200, {"configId": id, "config": config, "versionNo": shown_no, "traceId": self._trace()}

    def _trace(self) -> str:
        return self.core.ids.trace(self.core.clock.now())


def _json(http: HttpRequest) -> Any:
    try:
        return json.loads(http.get_data())
    except (ValueError, RecursionError) as error:
        raise invalid_payload("The body is not JSON.") from error


def caller(http: HttpRequest, account: Account) -> dict[str, str]:
    """The API client as the audit names it."""
    return {
        "name": account.client_id,
        "type": "apiClient",
        "userAgent": http.headers.get("User-Agent", ""),
        "IP": http.remote_addr or "",
    }
