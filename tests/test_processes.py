"""The processes that tests start are what a new interpreter would be."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import processes

TELL = """
import json, os, sys
print(json.dumps({
    "argv": sys.argv, "orig_argv": sys.orig_argv, "path": sys.path, "directory": os.getcwd(), "environment": dict(os.environ),
    "name": __name__, "is_main": vars(sys.modules["__main__"]) is globals(), "parent": os.getppid(), "bytes": sys.dont_write_bytecode,
    "threads": len(sys._current_frames()), "streams": [s.encoding + s.errors + str(s.line_buffering) for s in (sys.stdin, sys.stdout, sys.stderr)],
    "files": sorted(int(each) for each in os.listdir("/proc/self/fd"))[:-1],
}))
"""


@pytest.mark.parametrize("kind", ["-c", "-m", "script"])
def test_a_program_finds_what_a_new_interpreter_gives_it(kind: str, tmp_path: Path) -> None:
    (tmp_path / "tell.py").write_text(TELL)
    arguments = {"-c": ["-c", TELL], "-m": ["-m", "tell"], "script": ["tell.py"]}[kind]
    locale = {name: value for name, value in os.environ.items() if name.startswith(("LANG", "LC_"))}
    environment = {**locale, "PATH": os.environ["PATH"], "ONLY": "mine"}
    options = {"cwd": tmp_path, "env": environment, "stdin": subprocess.DEVNULL}
    new = subprocess.run([sys.executable, *arguments, "a", "--b"], capture_output=True, check=True, **options)
    ended = processes.run(*arguments, "a", "--b", **options)
    assert json.loads(ended.stdout) == json.loads(new.stdout)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("program", "status", "last_line"),
    [
        ("pass", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('No.')", 1, "No."),
        ("print('out'); 1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("import atexit, sys; atexit.register(sys.stderr.write, 'bye')", 0, "bye"),
        ("import threading, sys; threading.Thread(target=lambda: sys.stderr.write('thread')).start()", 0, "thread"),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15, ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", -2, "KeyboardInterrupt"),
    ],
)
def test_it_ends_as_python_ends(program: str, status: int, last_line: str) -> None:
    ended = processes.run("-c", program)
    assert ended.returncode == status
    assert ended.stderr.splitlines()[-1:] == ([last_line] if last_line else [])
    assert ended.stdout == ("out\n" if "'out'" in program else "")


def test_it_knows_neither_settings_nor_anything_of_ours() -> None:
    ended = processes.run(
        "-c", "import sys; from django.conf import settings; print(settings.configured, *sys.modules)"
    )
    configured, *modules = ended.stdout.split()
    assert configured == "False" and "django" in modules and "pymongo" in modules
    ours = {path.name for path in processes.ROOT.iterdir() if (path / "__init__.py").exists()}
    assert {"tests", "tickets", "supportsaas"} <= ours
    assert not ours & {name.partition(".")[0] for name in modules}
    assert not {"ninja", "prometheus_client"} & set(modules), "they read settings and environment when imported"


def test_it_can_be_talked_to_and_killed_and_is_a_child_of_ours() -> None:
    with processes.start(
        "-c", "print(input()); input()", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as echo:
        assert echo.stdin is not None and echo.stdout is not None
        echo.stdin.write("word\n")
        echo.stdin.flush()
        assert echo.stdout.readline() == "word\n"
        assert echo.poll() is None
        status = Path(f"/proc/{echo.pid}/status").read_text()
        assert f"PPid:\t{os.getpid()}\n" in status
        with pytest.raises(subprocess.TimeoutExpired):
            echo.wait(0.01)
        echo.kill()
        assert echo.wait(10) == -signal.SIGKILL
    assert not Path(f"/proc/{echo.pid}").exists()


@pytest.mark.parametrize("own", [True, False])
def test_a_session_of_its_own(own: bool) -> None:
    program = "import os; print(os.getsid(0), os.getpgrp(), os.getpid())"
    session, group, pid = map(int, processes.run("-c", program, start_new_session=own).stdout.split())
    assert (session, group) == ((pid, pid) if own else (os.getsid(0), os.getpgrp()))


def test_unbuffered_is_honoured_and_what_a_running_process_cannot_is_refused() -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    ended = processes.run("-c", "import os; print('at once', end=''); os._exit(0)", env=environment)
    assert ended.stdout == "at once"
    with pytest.raises(AssertionError, match="only a new interpreter"):
        processes.run("-c", "pass", env={**os.environ, "PYTHONHASHSEED": "1"})


def test_threads_may_start_them_at_once() -> None:
    told: dict[int, str] = {}

    def start(number: int) -> None:
        told[number] = processes.run("-c", "import sys; print(sys.argv[1])", str(number)).stdout

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {number: f"{number}\n" for number in range(8)}


def test_none_outlives_the_test_process() -> None:
    """Seen from a process that starts one and is killed."""
    program = "from tests import processes; print(processes.start('-c', 'import time; time.sleep(60)').pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=processes.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        started = os.pidfd_open(int(starter.stdout.readline()))
        starter.kill()
    try:
        assert select.select([started], [], [], 30)[0], "it has ended"
    finally:
        os.close(started)


def test_together_they_take_their_turns_and_one_that_breaks_is_told() -> None:
    program = "import sys; print('ready', flush=True)\nfor line in sys.stdin: print(sys.argv[1], flush=True)"
    with processes.together(3, "-c", program, "turn") as go:
        assert [go(), go()] == [["turn"] * 3] * 2
    with pytest.raises(AssertionError, match="one of them broke"), processes.together(2, "-c", "1 / 0"):
        pass
