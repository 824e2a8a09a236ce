"""The demo's own secrets, kept in the data directory and nowhere else.

`manage.py demo` creates them once. Commands started later in another terminal without
MONGODB_URI find them there and so work on the demo's data. Whoever sets MONGODB_URI is
not in the demo and must bring a SECRET_KEY and an ENCRYPTION_KEY.
"""

import json
import os
import secrets
import socket
from pathlib import Path
from typing import TypedDict

from cryptography.fernet import Fernet

from supportsaas import environment

BASE_DIR = Path(__file__).resolve().parent.parent


class DemoEnvironment(TypedDict):
    secret_key: str
    encryption_key: str
    mongod_port: int


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
    """Find or make the demo's secrets and the port of its MongoDB (readable by the owner alone)."""
    existing = find()
    if existing is not None:
        return existing
    made = DemoEnvironment(
        secret_key=secrets.token_urlsafe(50),
        encryption_key=Fernet.generate_key().decode(),
        mongod_port=_free_port(),
    )
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(made, file)
    return made


def _path() -> Path:
    return data_dir() / "demo.json"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
