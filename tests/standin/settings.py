"""What may differ between two stand-ins, and stays as it is while one runs."""

from dataclasses import dataclass

from tests.standin.callbacks import WAITS, WORKERS


@dataclass(frozen=True)
class Settings:
    """Times in seconds, sizes in bytes."""

    public_url: str = "http://setu.test"
    download_url: str = "http://files.setu.test"
    session_seconds: float = 900
    link_seconds: float = 300
    signer_cap: int = 25
    upload_bytes: int = 20 * 1024 * 1024
    things_cap: int = 20_000  # documents, and likewise requests; beyond it the oldest is forgotten
    callback_waits: tuple[float, ...] = WAITS
    callback_workers: int = WORKERS
