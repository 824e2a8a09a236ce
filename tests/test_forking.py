"""A forked process is a process like any other: of this one, with what it was given and nothing else."""

import os
import signal
import subprocess

import pytest

from tests import forking, processes

SHOW = (
    "import os, sys; assert 'django' in sys.modules; print(sys.argv, os.environ['COLOUR'], os.environ.get('HOME'), "
    "os.getcwd(), os.getppid(), os.getsid(0) == os.getpid(), sys.stdin.read()); sys.exit(3)"
)


@pytest.fixture(autouse=True)
def _is_forked() -> None:
    if not forking.can_start(("-c",), {"env": {}}):
        pytest.skip("not on Linux, or coverage is measured")


def test_it_has_its_arguments_environment_directory_and_parent(tmp_path: os.PathLike[str]) -> None:
    ended = processes.run("-c", SHOW, "blue sky", cwd=tmp_path, env={"COLOUR": "red"})
    expected = f"['-c', 'blue sky'] red None {tmp_path} {os.getpid()} True \n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, expected, "")


def test_what_it_raises_is_on_its_stderr() -> None:
    ended = processes.run(
        "-c", "import sys; sys.stdout.write('begun'); raise ValueError('broken')", env=dict(os.environ)
    )
    assert (ended.returncode, ended.stdout) == (1, "begun")
    assert ended.stderr.endswith("ValueError: broken\n")


def test_it_is_talked_to_and_killed() -> None:
    echo = "print(input()[::-1], flush=True); input()"
    with processes.start(
        "-c", echo, env=dict(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("abc\n")
        process.stdin.flush()
        assert process.stdout.readline() == "cba\n"
        assert process.poll() is None
        process.kill()
        assert process.wait(20) == -signal.SIGKILL


def test_wrong_settings_are_told_by_the_program_that_was_started() -> None:
    ended = processes.run("manage.py", "check", env=processes.environment(RATE_LIMIT_REQUESTS="-1"))
    assert ended.returncode == 2
    assert "RATE_LIMIT_REQUESTS must be a whole number" in ended.stderr
