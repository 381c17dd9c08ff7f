"""The project's settings, as the tests run them: fast password hashes; SQLite in a file and a queue in memory,
unless TEST_DATABASE_URL and TEST_REDIS_URL name servers (`make test` starts some for the second half)."""

import atexit
import os
import shutil
import tempfile

os.environ["SIGNFLOW_DEV"] = "1"
os.environ["SIGNFLOW_VAR"] = tempfile.mkdtemp(prefix="signflow-tests-")
atexit.register(shutil.rmtree, os.environ["SIGNFLOW_VAR"], ignore_errors=True)
# Each of pytest's processes has a Redis database of its own.
redis_url = os.environ.get("TEST_REDIS_URL", "").removesuffix("/0")
number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["REDIS_URL"] = redis_url and f"{redis_url}/{number}"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["SETU_BASE_URL"] = "http://setu.test"
os.environ["SETU_DOWNLOAD_HOSTS"] = "files.setu.test"

from signflow.settings import *  # noqa: F403
from signflow.settings import DATABASES, VAR_DIR

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file: threads that share an in-memory database meet "table is locked".
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 20  # tests run many threads at once
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
