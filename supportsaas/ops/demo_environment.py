"""The demo's own secrets, kept in the data directory and nowhere else.

`manage.py demo` creates them once. Commands started later in another terminal without
MONGODB_URI find them there and so work on the demo's data. Whoever sets MONGODB_URI is
not in the demo and must bring a SECRET_KEY and an ENCRYPTION_KEY.
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
    """What an earlier `manage.py demo` left here, or None."""
    try:
        found: DemoEnvironment = json.loads(_path().read_text())
    except FileNotFoundError:
        return None
    return found


def create() -> DemoEnvironment:
    """Find or make the demo's secrets and the port of its MongoDB (readable by the owner alone).

    With MONGODB_URI set the demo runs on that server; the secrets then go into the environment,
    where settings look for them.
    """
    made = find() or _make()
    if child_process.port_is_taken(made["mongod_port"]) and not _mongod_runs():
        made["mongod_port"] = child_process.free_port()  # another program has taken it in the meantime
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
    """Whether a mongod works on the data directory: its lock file then names a living process."""
    try:
        os.kill(int((data_dir() / "mongod" / "data" / "mongod.lock").read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


def _path() -> Path:
    return data_dir() / "demo.json"
