"""The project's settings, as the tests run them: SQLite in a file, StubBroker, fast password hashes."""

import atexit
import os
import shutil
import tempfile

os.environ["SIGNFLOW_DEV"] = "1"
os.environ["SIGNFLOW_VAR"] = tempfile.mkdtemp(prefix="signflow-tests-")
atexit.register(shutil.rmtree, os.environ["SIGNFLOW_VAR"], ignore_errors=True)
os.environ["REDIS_URL"] = ""
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["SETU_BASE_URL"] = "http://setu.test"
os.environ["SETU_DOWNLOAD_HOSTS"] = "files.setu.test"

from signflow.settings import *  # noqa: F403
from signflow.settings import DATABASES, VAR_DIR

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file: threads that share an in-memory database meet "table is locked".
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
