"""What every benchmark runs in: its own MongoDB, and the settings that point to it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from supportsaas.ops import child_process
from supportsaas.ops.embedded_mongod import EmbeddedMongod


@contextmanager
def prepared(directory: str | None = None, **settings: str) -> Iterator[Path]:
    """The environment for Django and for processes that are started; the directory all of it lives in.

    With a `directory`, what is there already is used again and stays; otherwise nothing is left.
    """
    with tempfile.TemporaryDirectory(prefix="supportsaas-benchmark-", ignore_cleanup_errors=True) as own:
        place = Path(directory or own)
        with EmbeddedMongod(directory=place / "mongod", port=_port(place)) as mongod:
            os.environ |= {
                "MONGODB_URI": mongod.uri,
                "SUPPORTSAAS_DATA_DIR": str(place),
                "SECRET_KEY": "only-for-the-benchmark-" + "x" * 40,
                "ENCRYPTION_KEY": Fernet.generate_key().decode(),
                "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
                "DJANGO_SETTINGS_MODULE": "supportsaas.settings",
                **settings,
            }
            yield place


def _port(place: Path) -> int:
    """A replica set knows its member by the port, so a directory that is used again keeps it."""
    note = place / "port"
    if not note.exists():
        place.mkdir(parents=True, exist_ok=True)
        note.write_text(str(child_process.free_port()))
    return int(note.read_text())
