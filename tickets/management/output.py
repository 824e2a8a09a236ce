"""Output of commands whose work is stored in the database.

A stored run has not failed just because its output pipe closed (`| head`) or the disk of its log is full.
"""

import os
from typing import Protocol


class Output(Protocol):
    """A stream that a command writes to. Django's wrapper adds a newline to every text."""

    def write(self, msg: str) -> object: ...


class Stream(Output, Protocol):
    """Django's wrapper of a standard stream."""

    def flush(self) -> None: ...

    def fileno(self) -> int: ...


class LastingOutput:
    """A standard stream that drops what it cannot write instead of failing the command."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._is_lost = False

    def write(self, msg: str) -> None:
        """Write and flush the text; after the first failure, write nothing."""
        if self._is_lost:
            return
        try:
            self._stream.write(msg)
            self._stream.flush()
        except OSError:
            self._is_lost = True
            self._discard_the_rest()

    def _discard_the_rest(self) -> None:
        """Redirect the stream, so that flushing its buffer on exit does not end in exit status 120."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
