"""Python processes that need not import the libraries again, which is most of what a start of the product takes.

`python -m tests.preloaded libraries` imports them, but nothing of the product. `python -m tests.preloaded product` sets
Django up, too, as its environment says. Then either forks a child for each wish that arrives at its standard input. The
child becomes a process of its own: a child of whoever wished, with the environment, the directory and the files of the
wish. There it does what `python` does with the arguments of the wish.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TypedDict

READY = b"ready"
LARGEST_WISH = 1 << 17
_PR_SET_PDEATHSIG = 1
_SECONDS_UNTIL_ADOPTED = 20
_LIBRARIES = (
    "cryptography.fernet", "django.contrib.admin.decorators", "django.db.migrations.utils", "django.test.signals",
    "gunicorn.app.wsgiapp", "httpx", "jinja2", "prometheus_client", "pydantic", "pymongo", "segno", "structlog",
    "whitenoise.middleware",
)  # fmt: skip
"""Those of the product that do not ask for Django's settings, in which the product begins."""


class Wish(TypedDict):
    arguments: list[str]
    """As `python` gets them: a script, or `-m` or `-c` and what goes with it."""
    environment: dict[str, str]
    directory: str
    parent: int
    """The process that adopts the child (`PR_SET_CHILD_SUBREAPER`) and is its parent then."""


def main() -> None:
    if sys.argv[1] == "product":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsaas.settings")
        importlib.import_module("django").setup()
    else:
        for library in _LIBRARIES:
            importlib.import_module(library)
    gc.collect()
    gc.freeze()
    wishes = socket.socket(fileno=os.dup(0))
    wishes.send(READY)
    wish = serve(wishes)
    run(wish["arguments"], wish["directory"])


def serve(wishes: socket.socket) -> Wish:
    """Answer each wish with the id of a new process. Returns in this new process alone."""
    while True:
        message, files, _, _ = socket.recv_fds(wishes, LARGEST_WISH, 3)
        if not message:
            os._exit(0)
        wish: Wish = json.loads(message)
        reading, writing = os.pipe()
        between = os.fork()
        if between == 0:
            child = os.fork()
            if child == 0:
                _become(wish, files)
                return wish
            os.write(writing, str(child).encode())
            os._exit(0)  # the child is an orphan now
        os.waitpid(between, 0)
        wishes.send(os.read(reading, 100))
        for file in (reading, writing, *files):
            os.close(file)


def _become(wish: Wish, files: Sequence[int]) -> None:
    """Be the process of the wish: of its parent, and with its files, its environment and its directory alone."""
    deadline = time.monotonic() + _SECONDS_UNTIL_ADOPTED
    while os.getppid() != wish["parent"]:
        if time.monotonic() > deadline:
            os._exit(1)
        time.sleep(0.001)
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(wish["environment"])
    os.chdir(wish["directory"])
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=bool(os.environ.get("PYTHONUNBUFFERED")))


def run(arguments: Sequence[str], directory: str) -> None:
    """What `python` does with these arguments."""
    first, *rest = arguments
    if first == "-m":
        sys.path[0], sys.argv = directory, rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.path[0], sys.argv = "", ["-c", *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.path[0], sys.argv = str(Path(first).resolve().parent), list(arguments)
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    main()
