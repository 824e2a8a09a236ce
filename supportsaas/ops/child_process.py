"""Child processes that must not outlive this one."""

import ctypes
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

_PR_SET_PDEATHSIG = 1


def start(arguments: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
    """Start a program in its own session, so that Ctrl-C in the terminal reaches only this process.

    If this process is killed, Linux ends the child.
    """
    return subprocess.Popen(arguments, start_new_session=True, preexec_fn=_end_with_parent, **options)


def stop(process: "subprocess.Popen[bytes]", *, timeout: float = 20) -> None:
    """Terminate the process, and kill it after `timeout` seconds. Safe to repeat."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A loopback port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_taken(port: int, *, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
