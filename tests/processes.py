"""Real Python processes of ours, started at a fraction of what the interpreter takes.

    ended = processes.run("manage.py", "doctor", env=environment)
    with processes.start("-m", "gunicorn", "supportsaas.wsgi", env=environment) as server: ...

Most of a start is the import of libraries. One process, started at the first wish, imports what ours all import,
knows neither our modules nor any settings, and forks for each wish. What comes out is an ordinary child of the test
process, with its own id, environment, directory and streams, that reads the settings and our modules anew and ends as
Python ends. None outlives the test process.

It differs from a new interpreter in this: `/proc` shows the command line and the environment of the process it was
forked from, and of Python's own variables only `PYTHONUNBUFFERED` and `PYTHONDONTWRITEBYTECODE` may be others than
here. Where the start itself is what is tested, use `subprocess`.
"""

import atexit
import ctypes
import gc
import importlib
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (
    "ahocorasick", "annotated_types", "cryptography.fernet", "h11", "httpcore", "httpx",
    "pydantic.dataclasses", "pydantic.fields", "pydantic.networks", "pydantic.types", "pyotp", "resource", "segno",
    "smtplib", "timeit", "tqdm", "whitenoise.middleware", "wsgiref.simple_server", "xml.dom.minidom",
    "django.conf.urls", "django.contrib.admin.apps", "django.contrib.admin.templatetags.admin_list",
    "django.contrib.admin.templatetags.admin_modify", "django.contrib.admin.templatetags.log",
    "django.contrib.auth.apps", "django.contrib.auth.hashers", "django.contrib.auth.password_validation",
    "django.contrib.auth.tokens", "django.contrib.auth.validators", "django.contrib.contenttypes.apps",
    "django.contrib.messages.apps", "django.contrib.messages.middleware", "django.contrib.sessions.apps",
    "django.contrib.sessions.backends.db", "django.contrib.sessions.middleware", "django.contrib.sites.requests",
    "django.contrib.staticfiles.apps",
    "django.core.cache.backends.locmem", "django.core.management.commands.check",
    "django.core.management.commands.makemigrations", "django.core.management.commands.migrate",
    "django.core.servers.basehttp", "django.core.wsgi", "django.middleware.clickjacking", "django.middleware.common",
    "django.middleware.security", "django.template.defaulttags", "django.template.loader_tags",
    "django.templatetags.cache", "django.templatetags.i18n", "django.templatetags.l10n", "django.templatetags.tz",
    "django.test", "django.utils.translation.reloader", "django.views.csrf", "django.views.debug",
    "django.views.decorators.http", "django.views.static",
    "django_htmx.middleware", "django_htmx.templatetags.django_htmx", "django_mongodb_backend.base",
    "django_mongodb_backend.transaction", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread",
)  # fmt: skip
"""What our processes import and what reads neither settings nor the environment: so not prometheus_client, nor ninja."""

_FOR_THE_BROWSERS_LOOP = "DJANGO_ALLOW_ASYNC_UNSAFE"  # Playwright runs one in the test process
_OF_PYTHON_BUT_HONOURED = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def start(*arguments: str, **options: Any) -> "subprocess.Popen[Any]":
    """`subprocess.Popen([sys.executable, *arguments], **options)`, in the directory of the project."""
    kind = _Forked if sys.platform == "linux" else subprocess.Popen
    return kind([sys.executable, *arguments], **{"cwd": ROOT, **options})


def run(*arguments: str, timeout: float = 120, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run it to its end, with what it says caught."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with start(*arguments, **{**streams, **options}) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@contextmanager
def together(count: int, *arguments: str, **options: Any) -> Iterator[Callable[[], list[str]]]:
    """So many processes of one program, which says "ready" and then waits for a line of input before each of its turns.

    A call of what this gives lets all of them take their turn at one moment; it gives the line that each says then.
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [start(*arguments, **{**pipes, **options}) for _ in range(count)]

    def lines() -> list[str]:
        said = [each.stdout.readline() for each in running]
        assert all(said), "one of them broke; its traceback is on stderr"
        return [each.rstrip() for each in said]

    def go() -> list[str]:
        for each in running:
            each.stdin.write("\n")
            each.stdin.flush()
        return lines()

    try:
        assert lines() == ["ready"] * count
        yield go
        for each in running:
            each.communicate(timeout=60)
            assert each.returncode == 0
    finally:
        for each in running:
            each.kill()
            each.communicate()


def environment(**more: str) -> dict[str, str]:
    """What a process needs to work on the database of the test."""
    from django.db import connection

    ours = {name: value for name, value in os.environ.items() if name != _FOR_THE_BROWSERS_LOOP}
    database = {"MONGODB_URI": connection.settings_dict["HOST"], "MONGODB_NAME": connection.settings_dict["NAME"]}
    return {**ours, **database, **more}


class _Forked(subprocess.Popen[Any]):
    """All of `Popen` but the start itself."""

    def _execute_child(  # type: ignore[override]
        self, args: list[str], executable: None, preexec_fn: None, close_fds: bool, pass_fds: tuple[int, ...],
        cwd: Path, env: Mapping[str, str] | None, startupinfo: None, creationflags: int, shell: bool,
        p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int, errread: int, errwrite: int,
        restore_signals: bool, gid: None, gids: None, uid: None, umask: int, start_new_session: bool, *_more: Any,
    ) -> None:  # fmt: skip
        assert not (executable or preexec_fn or pass_fds or shell), "not offered here"
        environment = dict(os.environ if env is None else env)
        others = {name for name in {**os.environ, **environment} if name.startswith("PYTHON")} - _OF_PYTHON_BUT_HONOURED
        assert all(os.environ.get(name) == environment.get(name) for name in others), (
            "only a new interpreter reads them"
        )
        wish = {
            "arguments": args[1:],
            "directory": os.fspath(cwd),
            "environment": environment,
            "own_session": start_new_session,
        }
        streams = [own if given == -1 else given for own, given in enumerate((p2cread, c2pwrite, errwrite))]
        self.pid = _Server.the_one().fork(wish, streams)
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]


class _Server:
    """The process that forks, seen from the test process."""

    _turn = threading.Lock()
    _running: "_Server | None" = None

    @classmethod
    def the_one(cls) -> "_Server":
        with cls._turn:
            if cls._running is None:
                cls._running = cls()
            return cls._running

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import serve; serve({theirs.fileno()})"],
                cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
            )  # fmt: skip
        atexit.register(self._end)

    def _end(self) -> None:
        self._socket.close()
        self._process.wait()

    def fork(self, wish: dict[str, Any], streams: list[int]) -> int:
        """The id of a new process, which is a child of this one: the id is of no other process until it is waited for."""
        message = json.dumps(wish).encode()
        with self._turn:
            _be_parent_of_orphans(True)
            try:
                socket.send_fds(self._socket, [len(message).to_bytes(8)], streams)
                self._socket.sendall(message)
                answer = self._socket.recv(8)
            except ConnectionError:
                answer = b""
            finally:
                _be_parent_of_orphans(False)
        if not answer:
            raise RuntimeError(f"The process that forks others is gone: it ended with {self._process.wait()}.")
        return int.from_bytes(answer)


def _be_parent_of_orphans(wanted: bool) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(wanted))


# -- The process that forks -----------------------------------------------------------------------------------------


def serve(number: int) -> None:
    """Fork for every wish that comes over the socket. In the new process: run its program, and never return."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the test process and for those that it started
    import_libraries()
    with socket.socket(fileno=number) as wishes:
        while received := _receive(wishes):
            wish, streams = received
            pid = _fork_for(wishes)
            if pid is None:
                break
            for each in streams:
                os.close(each)
            wishes.sendall(pid.to_bytes(8))
        else:
            return
    _become(wish, streams)


def import_libraries() -> None:
    from supportsaas.db.without_gis import skip_search_for_gdal

    before = list(sys.meta_path)
    skip_search_for_gdal()
    for name in LIBRARIES:
        importlib.import_module(name)
    sys.meta_path[:] = before
    for name in [each for each in sys.modules if each.partition(".")[0] in ("supportsaas", "tests")]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # what is there for good is not looked through by every child


def _receive(wishes: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    size, streams, _, _ = socket.recv_fds(wishes, 8, 3)
    if not size:
        return None
    message = b""
    while len(message) < int.from_bytes(size):
        message += wishes.recv(int.from_bytes(size) - len(message))
    return json.loads(message), streams


def _fork_for(wishes: socket.socket) -> int | None:
    """The id of a new process; in that one, nothing.

    Its parent, another fork, has ended by then, so that it has been given to the nearest ancestor that takes orphans:
    the test process.
    """
    tests = os.getppid()
    ours, theirs = os.pipe()
    between = os.fork()
    if between == 0:
        between = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            os.close(theirs)
            while os.getppid() == between:
                time.sleep(0.0002)
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != tests:  # it has ended in the meantime, before it could be told
                os._exit(1)
            return None
        os.write(theirs, pid.to_bytes(8))
        os._exit(0)
    os.waitpid(between, 0)
    pid = int.from_bytes(os.read(ours, 8))
    os.close(ours)
    os.close(theirs)
    return pid


def _become(wish: dict[str, Any], streams: list[int]) -> None:
    """Be, up to its end, what `python` with these arguments would be."""
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    if wish["own_session"]:
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(wish["directory"])
    os.environ.clear()
    os.environ.update(wish["environment"])
    time.tzset()
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    _open_streams(is_buffered=not os.environ.get("PYTHONUNBUFFERED"))
    _run_program(*wish["arguments"])


def _open_streams(*, is_buffered: bool) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, name)
        size = -1 if number == 0 or is_buffered else 0
        stream = io.TextIOWrapper(
            open(number, "wb" if number else "rb", size, closefd=False),  # noqa: SIM115  for as long as the process is
            before.encoding, before.errors, line_buffering=number == 2 or os.isatty(number), write_through=size == 0,
        )  # fmt: skip
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run_program(first: str, *others: str) -> None:
    sys.orig_argv = [sys.executable, first, *others]
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    if first == "-m":
        sys.argv, sys.path[0] = list(others), str(Path.cwd())
        runpy.run_module(others[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv, sys.path[0] = ["-c", *others[1:]], ""
        exec(compile(others[0], "<string>", "exec"), vars(main))
    else:
        sys.argv, sys.path[0] = [first, *others], str(Path(first).resolve().parent)
        vars(main)["__file__"] = first
        exec(compile(Path(first).read_bytes(), first, "exec"), vars(main))
