"""What is fetched from beside the database for the checker: the files that Setu serves, and all that lies in Redis."""

import hashlib
from urllib.parse import urlsplit

import redis
from django.conf import settings

from tests.chaos.facts import Facts
from tests.chaos.http import Http
from tests.privacy.places import redis_dump


async def files_served(facts: Facts, *, api_port: int, files_port: int) -> dict[str, str]:
    """What Setu serves for each archived request, fetched as its client would, without a proxy: id → digest.

    Where it serves none there is no entry, which is a breach.
    """
    keys = {
        "x-client-id": settings.SETU_CLIENT_ID,
        "x-client-secret": settings.SETU_CLIENT_SECRET,
        "x-product-instance-id": settings.SETU_PRODUCT_INSTANCE_ID,
    }
    api, served = Http(api_port, size=4, headers=keys), {}
    files = Http(files_port, size=4)
    for archive in facts.archives:
        setu_id = facts.submissions.get(archive.request_id)
        if setu_id is None:
            continue
        status, link = await api.json("GET", f"/api/signature/{setu_id}/download")
        if status == 200:
            parts = urlsplit(link["downloadUrl"])
            status, content = await files.call("GET", f"{parts.path}?{parts.query}")
        if status == 200:
            served[archive.request_id] = hashlib.sha256(content).hexdigest()
    return served


def redis_text(port: int) -> str:
    """Every key with its value, as text. Raises redis.RedisError."""
    with redis.Redis(port=port, socket_timeout=10) as client:
        return redis_dump(client)
