"""A text file line by line, of any size: no line is taken whole before its length is known."""

import codecs
import io
import os
import stat
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from supportsaas.formatting import format_number
from tickets.helpdesks.base import SourceError

LONGEST_LINE = 10_000_000
UTF_8 = "utf-8-sig"
"""UTF-8, with or without the mark that Windows programs put in front."""

_MARK = "\ufeff"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD_BYTES = 512


class FileError(SourceError):
    """The file cannot be read on; the sentence says where and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad_file", sentence)


class LineReader:
    """Iterates over lines with their ends; `number` is that of the last one, `last` its text.

    UTF-16 and UTF-32 are told by their mark, or by the zeros that they have instead of Latin letters.
    """

    def __init__(self, path: Path, *, encoding: str = UTF_8) -> None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise FileError(f"There is no encoding “{encoding}”. Examples: utf-8, cp1252, utf-16.") from None
        try:
            self._binary = path.open("rb")
        except OSError as error:
            raise FileError(f"{path} cannot be opened: {error.strerror or error}.") from None
        self.name = path.name.encode(errors="replace").decode()  # it may be written in another encoding
        facts = os.fstat(self._binary.fileno())
        self.size = facts.st_size if stat.S_ISREG(facts.st_mode) else None
        wide = "" if stat.S_ISDIR(facts.st_mode) else _wide_encoding(self._binary.peek(_HEAD_BYTES))
        if wide and encoding == UTF_8:
            encoding = wide
        elif wide and not _is_wide(encoding):
            self._binary.close()
            raise FileError(f"{path.name} is written in {wide.upper()}, not in {encoding}. Leave --encoding out.")
        self._encoding = "UTF-8" if encoding == UTF_8 else encoding
        # Line ends inside a quoted field are part of it, so they are left as they are.
        self._text = io.TextIOWrapper(self._binary, encoding=encoding, newline="")
        self._ahead: deque[str | FileError] = deque()
        self._is_at_start = True
        self.number = 0
        self.last = ""

    @property
    def bytes_read(self) -> int:
        """How far into the file, a little ahead of the last line; 0 where that cannot be told."""
        return 0 if self.size is None else min(self._binary.tell(), self.size)

    def look_ahead(self, *, lines: int, characters: int) -> list[str]:
        """The next lines, up to so many; they come again. What goes wrong there is said when they are read."""
        while len(self._ahead) < lines and characters > 0:
            try:
                line = self._read(LONGEST_LINE + 1)
            except FileError as error:
                self._ahead.append(error)
                break
            if not line:
                break
            self._ahead.append(line)
            characters -= len(line)
            if len(line) > LONGEST_LINE:
                break  # the rest of it comes next
        return [each for each in self._ahead if isinstance(each, str)]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line; raises `FileError` for one that is too long, ahead of which nothing is lost."""
        if not self.read_line():
            raise StopIteration
        if self.is_too_long:
            raise FileError(
                f"Line {format_number(self.number)} of {self.name} is longer than "
                f"{format_number(LONGEST_LINE)} characters. "
                "The file is probably no text file, or has no line ends."
            )
        return self.last

    def read_line(self) -> bool:
        """Go to the next line; False at the end. One that `is_too_long` is left off after its beginning."""
        following = self._ahead.popleft() if self._ahead else self._read(LONGEST_LINE + 1)
        if isinstance(following, FileError):
            raise following
        self.last = following
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

    def read_all(self) -> str:
        """The rest of the file. Raises `FileError` where it is not written as said."""
        parts = [each for each in self._ahead if isinstance(each, str)]
        self._ahead.clear()
        while part := self._read(10_000_000):
            parts.append(part)
        return "".join(parts)

    def close(self) -> None:
        self._text.close()

    def _read(self, length: int) -> str:
        try:
            line = self._text.readline(length)
        except UnicodeError:
            raise FileError(
                f"{self.name} is not written in {self._encoding} "
                f"(near line {format_number(self.number + len(self._ahead) + 1)}). "
                "Name its encoding with --encoding, for example --encoding cp1252 for a file from Excel on Windows."
            ) from None
        except OSError as error:
            raise FileError(
                f"{self.name} could not be read on after line {format_number(self.number)}: {error.strerror or error}."
            ) from None
        if self._is_at_start and line:
            self._is_at_start = False
            line = line.lstrip(_MARK) or (line and self._read(length))  # some programs put the mark twice
        return line


def _is_wide(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def _wide_encoding(head: bytes) -> str:
    """UTF-16 or UTF-32 where the file begins so; else empty.

    Without a mark, Latin letters leave every other byte zero: even ones with the large end first, odd ones otherwise.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    pairs = len(head) // 2
    if pairs < 2:
        return ""
    for offset, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        zeros = head[offset : 2 * pairs : 2].count(0)
        others = head[1 - offset : 2 * pairs : 2].count(0)
        if zeros >= pairs * 0.4 and zeros > 4 * others:
            return encoding
    return ""
