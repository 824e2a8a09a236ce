"""A pytest plugin: the environment variables of a test run.

pytest-django reads the settings, and so these variables, before it imports any conftest.py.
"""

import gc
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

NO_MONGODB = "mongodb://127.0.0.1:9/"
"""The address until a test asks for the database. With MONGODB_URI set, the tests use that server."""

_data = tempfile.TemporaryDirectory(prefix="supportsaas-tests-", ignore_cleanup_errors=True)
DATA_DIR = Path(_data.name)
(DATA_DIR / "static").mkdir()  # where collectstatic puts files

for name in ("ALLOWED_HOSTS", "PORT", "USE_HTTPS", "MONGODB_NAME", "NOTIFY_MAX_AGE_HOURS", "NOTIFY_GIVE_UP_HOURS"):
    os.environ.pop(name, None)
os.environ.setdefault("MONGODB_URI", NO_MONGODB)
os.environ |= {
    "SUPPORTSAAS_DATA_DIR": str(DATA_DIR),
    "SECRET_KEY": "only-for-tests-" + "x" * 40,
    "ENCRYPTION_KEY": Fernet.generate_key().decode(),
    "RATE_LIMIT_REQUESTS": "0",
    "DEBUG": "0",
    "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",  # where the helpdesks and endpoints of the tests are
}


gc.disable()  # importing leaves no garbage; conftest.py enables it when everything is imported


def pytest_unconfigure() -> None:
    _data.cleanup()
