"""Where a command whose work is kept in the database says what it did.

A run that is stored is no failed run because the pipe behind it ended (`| head`) or the disk of its log is full.
"""

import os
from typing import Protocol


class Output(Protocol):
    """Where a command writes: Django's wrapper ends every text with a line end."""

    def write(self, msg: str) -> object: ...


class Stream(Output, Protocol):
    """Django's wrapper around a standard stream."""

    def flush(self) -> None: ...

    def fileno(self) -> int: ...


class LastingOutput:
    """A standard stream that drops what it cannot write instead of ending the command."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._is_lost = False

    def write(self, msg: str) -> None:
        """Write the text and its line end at once; after the first failure write nothing."""
        if self._is_lost:
            return
        try:
            self._stream.write(msg)
            self._stream.flush()
        except OSError:
            self._is_lost = True
            self._discard_the_rest()

    def _discard_the_rest(self) -> None:
        """Python flushes its streams as it exits, and would turn what is still buffered into exit status 120."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
