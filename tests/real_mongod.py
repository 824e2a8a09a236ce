"""A pytest plugin: gives the whole test run a real MongoDB of its own, before settings are read.

The bundled server is started once, in a temporary directory; workers of pytest-xdist inherit
its address. With MONGODB_URI set, that server is used instead (in a test database).
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pymongo import MongoClient

from supportsaas.ops.embedded_mongod import EmbeddedMongod


def serve_tests(mongod: EmbeddedMongod) -> None:
    """For a server that is thrown away and never killed: no write waits for the journal, and nothing goes because
    its time is over, for the clocks of the tests stand in the past.
    """
    with MongoClient[dict[str, Any]](mongod.uri) as client:
        config = client.admin.command("replSetGetConfig")["config"]
        config["version"] += 1
        config["writeConcernMajorityJournalDefault"] = False
        client.admin.command("replSetReconfig", config)
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)


_running: EmbeddedMongod | None = None
_directory: tempfile.TemporaryDirectory[str] | None = None

if "PYTEST_XDIST_WORKER" not in os.environ:
    _directory = tempfile.TemporaryDirectory(prefix="supportsaas-tests-", ignore_cleanup_errors=True)
    os.environ["SUPPORTSAAS_DATA_DIR"] = _directory.name
    (Path(_directory.name) / "static").mkdir()  # where collectstatic would have put files
    if not os.environ.get("MONGODB_URI"):
        _running = EmbeddedMongod(directory=Path(_directory.name) / "mongod")
        _running.start()
        serve_tests(_running)
        os.environ["MONGODB_URI"] = _running.uri
    os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 40
    os.environ["ENCRYPTION_KEY"] = Fernet.generate_key().decode()
    os.environ["RATE_LIMIT_REQUESTS"] = "0"
    os.environ["DEBUG"] = "0"
    os.environ["OUTBOUND_ALLOWED_HOSTS"] = "127.0.0.1"  # where the helpdesks and endpoints of the tests are
    for name in ("ALLOWED_HOSTS", "PORT", "USE_HTTPS", "MONGODB_NAME", "NOTIFY_MAX_AGE_HOURS", "NOTIFY_GIVE_UP_HOURS"):
        os.environ.pop(name, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _running is not None:
        _running.stop()
    if _directory is not None:
        _directory.cleanup()
