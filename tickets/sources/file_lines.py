"""A text file line by line, of any size: no line is taken whole before its length is known."""

import codecs
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tickets.sources.base import SourceError

LONGEST_LINE = 10_000_000
UTF_8 = "utf-8-sig"
"""UTF-8, with or without the mark that Windows programs put in front."""


class FileError(SourceError):
    """The file cannot be read on; the sentence says where and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad_file", sentence)


class LineReader:
    """Iterates over lines with their ends; `number` is that of the last one, `last` its text."""

    def __init__(self, path: Path, *, encoding: str = UTF_8) -> None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise FileError(f"There is no encoding “{encoding}”. Examples: utf-8, cp1252, utf-16.") from None
        try:
            self._binary = path.open("rb")
        except OSError as error:
            raise FileError(f"{path} cannot be opened: {error.strerror or error}.") from None
        self.name = path.name
        facts = os.fstat(self._binary.fileno())
        self.size = facts.st_size if stat.S_ISREG(facts.st_mode) else None
        self._encoding = "UTF-8" if encoding == UTF_8 else encoding
        # Line ends inside a quoted field are part of it, so they are left as they are.
        self._text = io.TextIOWrapper(self._binary, encoding=encoding, newline="")
        self.number = 0
        self.last = ""

    @property
    def bytes_read(self) -> int:
        """How far into the file, a little ahead of the last line; 0 where that cannot be told."""
        return 0 if self.size is None else min(self._binary.tell(), self.size)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line; raises `FileError` for one that is too long, ahead of which nothing is lost."""
        if not self.read_line():
            raise StopIteration
        if self.is_too_long:
            raise FileError(
                f"Line {self.number:,} of {self.name} is longer than {LONGEST_LINE:,} characters. "
                "The file is probably no text file, or has no line ends."
            )
        return self.last

    def read_line(self) -> bool:
        """Go to the next line; False at the end. One that `is_too_long` is left off after its beginning."""
        self.last = self._read(LONGEST_LINE + 1)
        self.number += bool(self.last)
        return bool(self.last)

    @property
    def is_too_long(self) -> bool:
        return len(self.last) > LONGEST_LINE

    def skip_rest_of_line(self) -> None:
        """Go on to the end of a line that is too long, holding no more than a part of it."""
        part = self.last
        while part and not part.endswith(("\n", "\r")):
            part = self._read(1_000_000)

    def close(self) -> None:
        self._text.close()

    def _read(self, length: int) -> str:
        try:
            return self._text.readline(length)
        except UnicodeError:
            raise FileError(
                f"{self.name} is not written in {self._encoding} (near line {self.number + 1:,}). "
                "Name its encoding with --encoding, for example --encoding cp1252 for a file from Excel on Windows."
            ) from None
        except OSError as error:
            raise FileError(
                f"{self.name} could not be read on after line {self.number:,}: {error.strerror or error}."
            ) from None
