"""Asks a helpdesk within a web request: the page does not wait longer than it was meant to."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

from supportsaas.formatting import format_seconds
from tickets.helpdesks import SourceError
from tickets.helpdesks.http import Wait

T = TypeVar("T")
_LIMIT: Final = "the API limit"
"""The reason that `HelpdeskHttp` gives when it waits for the shared rate limit."""

_in_progress: dict[Any, object] = {}
"""What this process is still asking for, by key."""


def answer_in_time(ask: Callable[[Wait], T], *, key: Any, host: str, seconds: float) -> T:
    """What `ask` returns, given a `Wait`. Raises what it raises, and `SourceError` if it takes longer than `seconds`.

    It then finishes in the background; until it has, nothing is asked for the same `key` again.
    """
    too_late = SourceError("timeout", f"The helpdesk at {host} did not answer within {format_seconds(seconds)}.")
    used_up = SourceError("rate_limited", f"The request limit of {host} is used up. Try again in a few minutes.")
    end = time.monotonic() + seconds

    def wait(pause: float, reason: str) -> None:
        if time.monotonic() + pause > end:
            raise used_up if reason == _LIMIT else too_late
        time.sleep(pause)

    if seconds <= 0:
        raise too_late
    mine = object()
    if _in_progress.setdefault(key, mine) is not mine:
        raise SourceError("timeout", "An earlier check is still waiting for this helpdesk. Try again in a minute.")
    answers: queue.SimpleQueue[tuple[T] | Exception] = queue.SimpleQueue()
    connection = connections[DEFAULT_DB_ALIAS]

    def work() -> None:
        connections[DEFAULT_DB_ALIAS] = connection  # any thread may use its client, which is already connected
        try:
            answer: tuple[T] | Exception = (ask(wait),)
        except Exception as error:
            answer = error
        del _in_progress[key]
        answers.put(answer)

    try:
        threading.Thread(target=work, name="check", daemon=True).start()
    except RuntimeError:  # the process cannot start another thread
        del _in_progress[key]
        raise too_late from None
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise too_late from None
    if isinstance(found, Exception):
        raise found
    return found[0]
