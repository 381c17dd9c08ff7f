"""The stand-in as an httpx transport, for clients that live in the same process. No socket is opened.

Not imported by the package itself: a served stand-in needs no httpx.
"""

from urllib.parse import urlsplit

import httpx

from tests.standin.app import StandIn
from tests.standin.errors import ConnectionLost


class Transport(httpx.BaseTransport):
    """Leads each request to the stand-in's origin it names; any other host cannot be reached.

    A lost answer is httpx.ReadError, as it would be over the network. A client's own timeouts have no
    effect here: a `slow` fault just takes its time.
    """

    def __init__(self, standin: StandIn) -> None:
        self._origins = {
            urlsplit(standin.public_url).netloc: httpx.WSGITransport(standin.api),
            urlsplit(standin.download_url).netloc: httpx.WSGITransport(standin.files),
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        origin = self._origins.get(request.url.netloc.decode("ascii"))
        if origin is None:
            raise httpx.ConnectError(f"{request.url.host} is not the stand-in", request=request)
        try:
            response = origin.handle_request(request)
            response.read()  # here, so that an answer that breaks off is noticed here
            return response
        except ConnectionLost as error:
            raise httpx.ReadError("the answer was lost", request=request) from error
