"""`python -m signflow.healthcheck`: ends with 0 if the web process of this container answers, else with 1."""

import http.client
import os
import sys
import urllib.request

SECONDS = 4.0


def main() -> int:
    port = os.environ.get("PORT", "8000")
    # A name that the server answers to: it refuses others, this machine's number too.
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".") or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with straight.open(request, timeout=SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except (OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
