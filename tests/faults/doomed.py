"""Commands in processes that may kill themselves between any two database commands.

    with DoomedCommands() as commands:
        ended = commands.run(environment, ["ingest", "--all"], die_at=17)

One process sets Django up once and forks a child for every command, which takes a tenth of the
time of a new start; so a kill can be tried at every single place.
"""

import json
import mmap
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import monitoring

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 60
_FAULT = 70  # an exit status that no command of ours has


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit status, or that it was killed, and after how many database commands."""

    status: int | None
    commands: int

    @property
    def was_killed(self) -> bool:
        return self.status is None


class DoomedCommands:
    def __enter__(self) -> "DoomedCommands":
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def run(self, environment: Mapping[str, str], arguments: Sequence[str], *, die_at: int | None = None) -> Ended:
        """Run a command up to its end, or until it wants to send its database command number `die_at`."""
        assert self._process.stdin is not None and self._process.stdout is not None
        wish = {
            "uri": environment["MONGODB_URI"],
            "name": environment["MONGODB_NAME"],
            "arguments": list(arguments),
            "die_at": die_at,
        }
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        ended = Ended(**json.loads(self._process.stdout.readline()))
        assert ended.status != _FAULT, "the command broke; its traceback is on stderr"
        return ended


class _Executioner(monitoring.CommandListener):
    """Counts the commands that go to MongoDB, in `counter`, and ends the process at one of them."""

    def __init__(self, counter: mmap.mmap, die_at: int | None) -> None:
        self._counter = counter
        self._die_at = die_at
        self._turn = threading.Lock()

    def started(self, event: Any) -> None:
        with self._turn:
            number = int.from_bytes(self._counter[:8]) + 1
            if number == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            self._counter[:8] = number.to_bytes(8)

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


def _serve() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsaas.settings")
    import django

    django.setup()

    counter = mmap.mmap(-1, 8)
    for line in sys.stdin:
        wish = json.loads(line)
        counter[:8] = bytes(8)
        child = os.fork()
        if child == 0:
            _run(wish, counter)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        ended = {"status": None if code == -signal.SIGKILL else code, "commands": int.from_bytes(counter[:8])}
        print(json.dumps(ended), flush=True)


def _run(wish: dict[str, Any], counter: mmap.mmap) -> None:
    """The child: never returns."""
    status = _FAULT
    try:
        os.close(0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        signal.alarm(LONGEST_SECONDS)
        monitoring.register(_Executioner(counter, wish["die_at"]))
        from django.core.management import call_command
        from django.db import connection

        connection.settings_dict.update(HOST=wish["uri"], NAME=wish["name"])
        try:
            call_command(*wish["arguments"])
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve()
