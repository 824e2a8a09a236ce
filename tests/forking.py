"""Starts processes by `tests.preloaded`, in the way of `subprocess.Popen`."""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from supportsaas.ops import child_process
from tests.preloaded import READY, Wish

MOST_PRODUCTS = 3
"""So many are kept, each with the environment of its own that the product was set up with."""

_PATIENCE_SECONDS = 120
_PR_SET_CHILD_SUBREAPER = 36
_OPTIONS = {"cwd", "env", "stdin", "stdout", "stderr", "text"}
_NEVER_READ = "PYTEST_CURRENT_TEST"


class Forked(subprocess.Popen[Any]):
    """A process that `tests.preloaded` has forked: a child of this process, in a session of its own.

    Linux ends it with this process. Of `Popen` one method is another, the one that makes the process.
    """

    def __init__(self, arguments: tuple[str, ...], server: "Server", **options: Any) -> None:
        self._server = server
        super().__init__([sys.executable, *arguments], **options)

    def _execute_child(self, args: Any, *more: Any) -> None:
        cwd, env, (read_in, write_in, read_out, write_out, read_error, write_error) = more[4], more[5], more[9:15]
        wish = Wish(arguments=args[1:], environment=env, directory=str(cwd), parent=os.getpid())
        files = [own if given == -1 else given for own, given in enumerate((read_in, write_out, write_error))]
        self.pid = self._server.fork(wish, files)
        self._child_created = True
        close: Any = getattr(self, "_close_pipe_fds")  # noqa: B009  typeshed does not know it
        close(read_in, write_in, read_out, write_out, read_error, write_error)


class Server:
    """A `tests.preloaded` that waits for wishes. Raises `OSError` where it could not set up what it was to."""

    def __init__(self, what: str, environment: Mapping[str, str], *, by: "Server | None" = None) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_PATIENCE_SECONDS)
        program = ("-m", "tests.preloaded", what)
        options: dict[str, Any] = {
            "cwd": Path(__file__).resolve().parents[1], "env": environment, "stdin": theirs, "stderr": subprocess.DEVNULL,
        }  # fmt: skip
        self._process: subprocess.Popen[Any] = (
            Forked(program, by, **options) if by else child_process.start([sys.executable, *program], **options)
        )
        theirs.close()  # so that the end of the process is the end of the connection
        if self._socket.recv(len(READY)) != READY:
            self.end()
            raise ConnectionResetError(f"{program} ended with {self._process.returncode}")

    def fork(self, wish: Wish, files: list[int]) -> int:
        """The id of a new process, which is a child of this one."""
        with _turn:
            _adopt_orphans(True)
            try:
                socket.send_fds(self._socket, [json.dumps(wish).encode()], files)
                return int(self._socket.recv(100))
            finally:
                _adopt_orphans(False)

    def end(self) -> None:
        self._socket.close()
        self._process.wait()


_turn = threading.Lock()
_libraries: list[Server] = []
_products: dict[str, Server | None] = {}


def end() -> None:
    """At the end of the test run: no process waits for wishes any more."""
    for server in (*_products.values(), *_libraries):
        if server:
            server.end()


def can_start(arguments: tuple[str, ...], options: Mapping[str, Any]) -> bool:
    """Whether it would differ in nothing from a new process. Where coverage is measured, only new ones are."""
    return (
        sys.platform == "linux"
        and "env" in options
        and set(options) <= _OPTIONS
        and (arguments[0] in ("-m", "-c") or not arguments[0].startswith("-"))
        and not any(name.startswith("COVERAGE_") for name in os.environ)
    )


def start(arguments: tuple[str, ...], options: Mapping[str, Any]) -> Forked:
    """`python` with these arguments. What works with Django anyway is forked where that is set up already."""
    is_of_product = arguments[0] == "manage.py" or (arguments[0] == "-m" and arguments[1].startswith("tests."))
    server = _product_of(options["env"]) if is_of_product else None
    return Forked(arguments, server or _the_libraries(), **options)


def _the_libraries() -> Server:
    if not _libraries:
        _libraries.append(Server("libraries", os.environ))
    return _libraries[0]


def _product_of(environment: Mapping[str, str]) -> Server | None:
    """The one that was set up with exactly these variables. None if they are wrong: whoever is started says so."""
    key = json.dumps({name: value for name, value in sorted(environment.items()) if name != _NEVER_READ})
    if key not in _products:
        if len(_products) == MOST_PRODUCTS:
            oldest = _products.pop(next(iter(_products)))
            if oldest:
                oldest.end()
        try:
            _products[key] = Server("product", environment, by=_the_libraries())
        except OSError:
            _products[key] = None
    return _products[key]


def _adopt_orphans(wanted: bool) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(wanted))
