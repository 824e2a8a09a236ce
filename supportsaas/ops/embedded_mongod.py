"""Start and stop the bundled mongod, for the demo and for tests.

It runs on the loopback address as a replica set with one member, because transactions need one, and stores its files in
the data directory. Production uses its own MongoDB through MONGODB_URI.
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
"""The longest transaction. The transaction of a killed process blocks its documents until MongoDB aborts it, after at
most 1.5 times this long. That is before the lock of the process expires."""

_START_SECONDS = 30
_LIBRARY_PACKAGES = {"libcurl.so.4": "libcurl4", "libcrypto.so.3": "libssl3", "libssl.so.3": "libssl3"}


class MongodUnavailable(Exception):
    """The bundled server cannot run here. The message says why and what to do."""


class EmbeddedMongod:
    """A child process that runs mongod. `start()` waits until it accepts writes, `stop()` until it has ended.

    With `is_member`, the caller adds it to a replica set, so `start()` only waits for an answer. Without `replica_set`,
    it runs standalone, which the product cannot use.
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
        """Start the server and initiate the replica set. Raises `MongodUnavailable`."""
        binary = find_binary()
        if child_process.port_is_taken(self.port):  # otherwise another server would pass for this one
            raise MongodUnavailable(
                f"Port {self.port} on 127.0.0.1 is in use, perhaps by a demo in another terminal. Stop it first."
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
                # Diagnostic data collection doubles the start-up time and is not used here.
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
        """Stop the server cleanly, and kill it after `timeout` seconds. Safe to repeat."""
        process, self._process = self._process, None
        if process is not None:
            child_process.stop(process, timeout=timeout)

    def kill(self) -> None:
        """Kill the server, as a power failure would. For fault tests."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Make the server hang: it accepts connections and does not answer. For fault tests."""
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
                    if error.code != 23:  # AlreadyInitialized: the election is in progress
                        raise
                except PyMongoError:
                    pass  # not listening yet
                time.sleep(0.02)
        raise MongodUnavailable(f"MongoDB did not start within {_START_SECONDS} s. Its log: {self.log}")

    def _why_it_ended(self) -> str:
        log = self.log.read_bytes() if self.log.exists() else b""
        if b"DBPathInUse" in log[self._log_before :]:  # ignore what the other server wrote earlier
            return f"Another MongoDB is using {self.directory}. Is the demo running in another terminal?"
        return f"MongoDB ended while starting. Its log: {self.log}"


def find_binary() -> Path:
    """The bundled mongod, ready to run. Raises `MongodUnavailable` with what is missing."""
    spec = importlib.util.find_spec("fiftyone")
    places = [
        Path(place) / "db" / "bin" / "mongod" for place in (spec.submodule_search_locations if spec else None) or []
    ]
    binary = next((place for place in places if place.is_file()), None)
    if binary is None:
        raise MongodUnavailable(
            "No bundled MongoDB is installed. On Linux x86-64 it comes with script/setup requirements-demo.txt; "
            "on other systems, start MongoDB 6.0 or later as a replica set and set MONGODB_URI."
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
                f"The bundled MongoDB needs {library}, which is not installed. "
                f"Install the package {package} (apt-get install {package}), or set MONGODB_URI."
            )
    return f"The bundled MongoDB cannot run here: {complaint.strip() or 'no reason given'}. Set MONGODB_URI instead."
