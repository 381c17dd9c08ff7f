"""An S3-compatible server in this process (moto's), and settings that lead to it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET, REGION = "contracts", "ap-south-1"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Its address: a free port of this machine. Nothing of it is kept."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextlib.contextmanager
def bucket(address: str) -> Iterator[Any]:
    """An empty bucket, as its owner sees it."""
    session = boto3.Session(aws_access_key_id="owner", aws_secret_access_key="owner", region_name=REGION)
    made = session.resource("s3", endpoint_url=address).Bucket(BUCKET)
    made.create(CreateBucketConfiguration={"LocationConstraint": REGION})
    yield made
    made.objects.all().delete()
    made.delete()


def stores(address: str, **more: Any) -> dict[str, Any]:
    """STORAGES, as FILES_BUCKET and its companions make it."""
    options: dict[str, Any] = {"bucket_name": BUCKET, "endpoint_url": address, "region_name": REGION}
    options |= {"access_key": "key", "secret_key": "secret", "security_token": None, "path_style": True}
    return {"default": {"BACKEND": "core.s3.S3Files", "OPTIONS": options | more}}


def kept(bucket: Any) -> dict[str, bytes]:
    return {found.key: found.get()["Body"].read() for found in bucket.objects.all()}
