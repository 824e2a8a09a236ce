"""The secrets of the demo, stored in the data directory only.

`manage.py demo` creates them once. Commands without MONGODB_URI find them there, so they work on the demo's data. With
MONGODB_URI, the demo's secrets are not used, and SECRET_KEY and ENCRYPTION_KEY must be set.
"""

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from cryptography.fernet import Fernet

from supportsaas import environment
from supportsaas.ops import child_process

BASE_DIR = Path(__file__).resolve().parents[2]


class DemoEnvironment(TypedDict):
    secret_key: str
    encryption_key: str
    mongod_port: int
    anchor: str  # ISO 8601: the moment around which the demo helpdesk's tickets lie


def data_dir() -> Path:
    return environment.directory("SUPPORTSAAS_DATA_DIR", default=BASE_DIR / "var")


def find() -> DemoEnvironment | None:
    """The secrets from an earlier `manage.py demo`, or None."""
    try:
        found: DemoEnvironment = json.loads(_path().read_text())
    except FileNotFoundError:
        return None
    return found


def create() -> DemoEnvironment:
    """Find or create the demo's secrets and the port of its MongoDB, readable by the owner only.

    With MONGODB_URI, the demo runs on that server, and the secrets go into the environment for the settings.
    """
    made = find() or _make()
    if child_process.port_is_taken(made["mongod_port"]) and not _mongod_runs():
        made["mongod_port"] = child_process.free_port()  # another program uses the port now
        save(made)
    if os.environ.get("MONGODB_URI"):
        os.environ.setdefault("SECRET_KEY", made["secret_key"])
        os.environ.setdefault("ENCRYPTION_KEY", made["encryption_key"])
        os.environ.setdefault("OUTBOUND_ALLOWED_HOSTS", "127.0.0.1")
    return made


def save(changed: DemoEnvironment) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(changed, file)


def _make() -> DemoEnvironment:
    made = DemoEnvironment(
        secret_key=secrets.token_urlsafe(50),
        encryption_key=Fernet.generate_key().decode(),
        mongod_port=child_process.free_port(),
        anchor=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    save(made)
    return made


def _mongod_runs() -> bool:
    """Whether a mongod uses the data directory: its lock file then names a running process."""
    try:
        os.kill(int((data_dir() / "mongod" / "data" / "mongod.lock").read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


def _path() -> Path:
    return data_dir() / "demo.json"
