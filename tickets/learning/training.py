"""Starts the training process and waits for it."""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any, Final

from django.conf import settings

from supportsaas.ops import child_process
from tickets.learning.request import TrainingRequest

LONGEST_SECONDS: Final = 1_200
"""By the clock. The process has a limit of its own, of computing time."""
_CHECK_SECONDS: Final = 0.2


class TrainingFailed(Exception):
    """The training process ended without a result. The message says how."""


def train(request: TrainingRequest, *, stop: threading.Event | None = None) -> dict[str, Any] | None:
    """What `learn` returns; None if `stop` was set meanwhile. Raises `TrainingFailed`."""
    process = child_process.start(
        [sys.executable, "-m", "tickets.learning.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    result: list[tuple[bytes, bytes]] = []
    talk = threading.Thread(
        target=lambda: result.append(_ask(process, request)),
        name="training",
        daemon=True,
    )
    talk.start()
    deadline = time.monotonic() + LONGEST_SECONDS
    try:
        while talk.is_alive():
            talk.join(_CHECK_SECONDS)
            if stop is not None and stop.is_set():
                return None
            if time.monotonic() > deadline:
                raise TrainingFailed(f"Training took more than {LONGEST_SECONDS} seconds.")
    finally:
        child_process.stop(process, timeout=5)
        talk.join()
    if process.returncode != 0 or not result:
        said = result[0][1].decode(errors="replace")[-500:] if result else ""
        raise TrainingFailed(f"The training process ended with status {process.returncode}: {said}")
    found: dict[str, Any] = json.loads(result[0][0])
    return found


def _ask(process: "subprocess.Popen[bytes]", request: TrainingRequest) -> tuple[bytes, bytes]:
    """What it writes and what errors it names. It reads everything before it answers."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it has ended
        process.stdin.writelines(request.lines())
    return process.communicate()
