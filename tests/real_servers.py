"""Helpdesks' own programs, run on loopback with a database of their own for one test module."""

import json
import os
import subprocess
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from supportsaas import child_process

START_SECONDS = 120


class RealServer(ABC):
    """Context manager: a prepared server on a free port, its files in `directory`, ended at the end.

    It can be stopped and started again in between; the port and the database stay.
    """

    name: str
    probe_path: str
    """A call that is answered as soon as the server is ready for `headers`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = child_process.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def prepare(self) -> None:
        """Make the settings, an empty database and a key."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What starts the server."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """What its programs need besides our own environment."""

    @abstractmethod
    def headers(self) -> Mapping[str, str]:
        """The log-in of `call`."""

    def __enter__(self) -> Self:
        self.prepare()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, *command: str | Path, cwd: Path | None = None) -> str:
        """Run one of its programs to the end; what it printed."""
        done = subprocess.run(
            command,
            cwd=cwd or self.directory,
            env={**os.environ, **self.environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def start(self) -> None:
        log_path = self.directory / "server.log"
        with log_path.open("ab") as log:
            self._process = child_process.start(
                [str(part) for part in self.command()],
                cwd=self.directory,
                env={**os.environ, **self.environment()},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.call("GET", self.probe_path)
            except OSError:
                time.sleep(0.3)
            else:
                return
        self.stop()
        raise RuntimeError(f"{self.name} did not start:\n{log_path.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        if self._process is not None:
            child_process.stop(self._process)
            self._process = None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON it answers with; raises `OSError` (`HTTPError`) where it refuses."""
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json", **self.headers()},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text.strip() else None
