"""Starts and stops the mongod that comes with the requirements, for trying out and for tests.

It runs as a one-member replica set on the loopback address (transactions need one) with its
files below the data directory. Production brings its own MongoDB by MONGODB_URI.
"""

import importlib.util
import os
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from supportsaas.ops import child_process

TRANSACTION_SECONDS = 30
"""How long a transaction may last. That of a process which was killed keeps what it touched until MongoDB
ends it, at the latest after one and a half times so long, and so before the lock it held is free anyway."""

_START_SECONDS = 30
_LIBRARY_PACKAGES = {"libcurl.so.4": "libcurl4", "libcrypto.so.3": "libssl3", "libssl.so.3": "libssl3"}


class MongodUnavailable(Exception):
    """The bundled server cannot run here; the message says why and what to do."""


class EmbeddedMongod:
    """A mongod process of ours. `start()` waits until it takes writes, `stop()` until it is gone.

    With `is_member` somebody else takes it into a replica set: it only has to answer. Without a
    `replica_set` it stands alone, which the product cannot use.
    """

    def __init__(
        self, *, directory: Path, port: int | None = None, is_member: bool = False, replica_set: str | None = "rs0"
    ) -> None:
        self.directory = directory
        self._is_member = is_member
        self._replica_set = replica_set
        self.port = port or child_process.free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log_before = 0

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/" + (f"?replicaSet={self._replica_set}" if self._replica_set else "")

    @property
    def log(self) -> Path:
        return self.directory / "mongod.log"

    def start(self) -> None:
        """Start the server and make it a replica set; raises `MongodUnavailable`."""
        binary = find_binary()
        if child_process.port_is_taken(self.port):  # else we would take another server for ours
            raise MongodUnavailable(
                f"Port {self.port} on 127.0.0.1 is taken, perhaps by a demo in another terminal. Stop that first."
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "data").mkdir(exist_ok=True)
        self._log_before = self.log.stat().st_size if self.log.exists() else 0
        self._process = child_process.start(
            [
                str(binary),
                *("--dbpath", str(self.directory / "data"), "--logpath", str(self.log), "--logappend"),
                *("--bind_ip", "127.0.0.1", "--port", str(self.port)),
                *(("--replSet", self._replica_set) if self._replica_set else ()),
                *("--oplogSize", "50", "--wiredTigerCacheSizeGB", "1"),
                *("--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"),
                # The diagnostic capture doubles the time to start and helps nobody here.
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self, timeout: float = 20) -> None:
        """End the server cleanly; after `timeout` seconds by force. Safe to repeat."""
        process, self._process = self._process, None
        if process is not None:
            child_process.stop(process, timeout=timeout)

    def kill(self) -> None:
        """End the server as a power cut would; for fault tests."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Have the server hang: it takes connections and answers nothing; for fault tests."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> "EmbeddedMongod":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        address = f"127.0.0.1:{self.port}"
        client: MongoClient[dict[str, Any]] = MongoClient(address, directConnection=True, serverSelectionTimeoutMS=200)
        with client:
            while time.monotonic() < deadline:
                assert self._process is not None
                if self._process.poll() is not None:
                    raise MongodUnavailable(self._why_it_ended())
                try:
                    is_writable = client.admin.command("hello")["isWritablePrimary"]
                    if is_writable or self._is_member:
                        return
                    members = [{"_id": 0, "host": address}]
                    client.admin.command("replSetInitiate", {"_id": self._replica_set, "members": members})
                except OperationFailure as error:
                    if error.code != 23:  # AlreadyInitialized: the election is still going on
                        raise
                except PyMongoError:
                    pass  # not listening yet
                time.sleep(0.02)
        raise MongodUnavailable(f"MongoDB did not start within {_START_SECONDS} s. Its log: {self.log}")

    def _why_it_ended(self) -> str:
        log = self.log.read_bytes() if self.log.exists() else b""
        if b"DBPathInUse" in log[self._log_before :]:  # however much the other one has written since
            return f"Another MongoDB already works on {self.directory}. Is the demo running in another terminal?"
        return f"MongoDB ended while starting. Its log: {self.log}"


def find_binary() -> Path:
    """The bundled mongod, ready to run; raises `MongodUnavailable` naming what is missing."""
    spec = importlib.util.find_spec("fiftyone")
    places = [
        Path(place) / "db" / "bin" / "mongod" for place in (spec.submodule_search_locations if spec else None) or []
    ]
    binary = next((place for place in places if place.is_file()), None)
    if binary is None:
        raise MongodUnavailable(
            "No bundled MongoDB is installed. On Linux x86-64 it comes with script/setup requirements-demo.txt; "
            "elsewhere start a MongoDB 6.0 or newer as a replica set and set MONGODB_URI."
        )
    if not os.access(binary, os.X_OK):
        binary.chmod(binary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    check = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=False)
    if check.returncode != 0:
        raise MongodUnavailable(_missing_library(check.stderr))
    return binary


def _missing_library(complaint: str) -> str:
    for library, package in _LIBRARY_PACKAGES.items():
        if library in complaint:
            return (
                f"The bundled MongoDB needs {library}, which is not on this system. "
                f"Install the package {package} (apt-get install {package}), or set MONGODB_URI."
            )
    return f"The bundled MongoDB cannot run here: {complaint.strip() or 'no reason given'}. Set MONGODB_URI instead."
