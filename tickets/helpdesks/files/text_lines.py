"""Reads text files of any size line by line, with a limit on the length of a line."""

import codecs
import io
import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from supportsaas.formatting import format_number
from tickets.helpdesks.base import SourceError
from tickets.helpdesks.files.file_kinds import why_not_text

LONGEST_LINE = 10_000_000
UTF_8 = "utf-8-sig"
"""UTF-8, with or without the byte order mark that Windows programs add."""

_MARK = "\ufeff"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is a prefix of it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD_BYTES = 512


class FileError(SourceError):
    """The file is not readable; the sentence says where and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad_file", sentence)


class ColumnsMissing(FileError):
    """Fields that every ticket needs have no column; `columns` are the names to choose from."""

    def __init__(self, sentence: str, columns: Sequence[str]) -> None:
        super().__init__(sentence)
        self.columns = tuple(columns)


class LineReader:
    """Iterates over lines including line endings; `number` and `last` are those of the last line, `head` the first bytes.

    UTF-16 and UTF-32 are detected by their byte order mark or by their zero bytes.
    """

    def __init__(self, path: Path, *, encoding: str = UTF_8) -> None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise FileError(f"Unknown encoding “{encoding}”. Examples: utf-8, cp1252, utf-16.") from None
        try:
            self._binary = path.open("rb")
        except OSError as error:
            raise FileError(f"{path} could not be opened: {error.strerror or error}.") from None
        self.name = path.name.encode(errors="replace").decode()  # the name may not be valid UTF-8
        facts = os.fstat(self._binary.fileno())
        self.size = facts.st_size if stat.S_ISREG(facts.st_mode) else None
        self.head = b"" if stat.S_ISDIR(facts.st_mode) else self._binary.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        wide = _wide_encoding(self.head)
        if what := why_not_text(self.head, is_wide=bool(wide) or _is_wide(encoding)):
            self._binary.close()
            raise FileError(f"{self.name} {what}.")
        if wide and encoding == UTF_8:
            encoding = wide
        elif wide and not _is_wide(encoding):
            self._binary.close()
            raise FileError(f"{path.name} is encoded in {wide.upper()}, not in {encoding}. Leave out --encoding.")
        self._encoding = "UTF-8" if encoding == UTF_8 else encoding
        # Keep line endings: inside a quoted field they are part of the value.
        self._text = io.TextIOWrapper(self._binary, encoding=encoding, newline="")
        self._ahead: deque[str | FileError] = deque()
        self._is_at_start = True
        self.number = 0
        self.last = ""

    @property
    def bytes_read(self) -> int:
        """The bytes read, slightly ahead of the last line; 0 if unknown."""
        return 0 if self.size is None else min(self._binary.tell(), self.size)

    def look_ahead(self, *, lines: int, characters: int) -> list[str]:
        """Up to `lines` of the next lines without consuming them. Errors are raised when the lines are read."""
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
                break  # the next read returns the rest of it
        return [each for each in self._ahead if isinstance(each, str)]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line; raises `FileError` if it is too long. Earlier lines are not lost."""
        if not self.read_line():
            raise StopIteration
        if self.is_too_long:
            raise FileError(
                f"Line {format_number(self.number)} of {self.name} is longer than "
                f"{format_number(LONGEST_LINE)} characters. "
                "It is probably not a text file, or has no line endings."
            )
        return self.last

    def read_line(self) -> bool:
        """Read the next line; False at the end. Of a line that `is_too_long`, only the beginning is read."""
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
        """Skip the rest of a line that is too long, a part at a time."""
        part = self.last
        while part and not part.endswith(("\n", "\r")):
            part = self._read(1_000_000)

    def read_all(self) -> str:
        """The rest of the file. Raises `FileError` if its encoding is wrong."""
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
                f"{self.name} is not encoded in {self._encoding} "
                f"(near line {format_number(self.number + len(self._ahead) + 1)}). "
                "Set the encoding with --encoding, for example --encoding cp1252 for a file from Excel on Windows."
            ) from None
        except OSError as error:
            raise FileError(
                f"{self.name} could not be read after line {format_number(self.number)}: {error.strerror or error}."
            ) from None
        if self._is_at_start and line:
            self._is_at_start = False
            line = line.lstrip(_MARK) or (line and self._read(length))  # some programs write the mark twice
        return line


def _is_wide(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def _wide_encoding(head: bytes) -> str:
    """UTF-16 or UTF-32 if the file starts like one; else empty.

    Without a mark, Latin letters have every other byte zero: even bytes in big-endian order, odd ones otherwise.
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
