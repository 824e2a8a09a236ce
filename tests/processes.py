"""Python processes of ours, for tests.

    ended = processes.run("manage.py", "doctor", env=environment)
    with processes.start("-m", "gunicorn", "supportsaas.wsgi", env=environment) as server: ...

A test ends what it starts. Should the test run itself be killed, Linux ends them.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from supportsaas.ops import child_process
from tests import forking

ROOT = Path(__file__).resolve().parents[1]


def start(*arguments: str, anew: bool = False, **options: Any) -> "subprocess.Popen[Any]":
    """`python` with these arguments, in the directory of the project and in a session of its own.

    It is forked from a process that has imported the libraries, which takes a tenth of the time; `anew`, where what is
    imported counts, or the memory that it takes, it is not.
    """
    options = {"cwd": ROOT, **options}
    if not anew and forking.can_start(arguments, options):
        return forking.start(arguments, options)
    return child_process.start([sys.executable, *arguments], **options)


def run(*arguments: str, timeout: float = 120, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run it to its end and capture its output."""
    wanted = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with start(*arguments, **{**wanted, **options}) as process:
        try:
            said, complained = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


@contextmanager
def together(count: int, *arguments: str, **options: Any) -> Iterator[Callable[[], list[str]]]:
    """Several processes of one program, which says "ready" and then waits for a line of input before each round.

    A call of what this yields starts a round in all of them at one moment and returns the line that each one prints.
    """
    running = [
        start(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options) for _ in range(count)
    ]

    def lines() -> list[str]:
        said = [each.stdout.readline() for each in running if each.stdout]
        assert all(said), "one of them failed; its traceback is on stderr"
        return [str(each).rstrip() for each in said]

    def go() -> list[str]:
        for each in running:
            assert each.stdin is not None
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
    database = {"MONGODB_URI": connection.settings_dict["HOST"], "MONGODB_NAME": connection.settings_dict["NAME"]}
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {**inherited, **database, **more}
