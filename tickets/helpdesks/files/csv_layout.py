"""Detects the layout of a CSV file from its first lines: delimiter, quoting and header. Pure.

Real exports rarely follow RFC 4180. Common deviations: a `sep=;` line (Excel), titles and empty lines above the header,
line breaks in column names, duplicate column names, a space after each delimiter, quotation marks escaped by a
backslash (MySQL), and a delimiter at the end of each row.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

DELIMITERS = (",", ";", "\t", "|")
NAMED_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", "pipe": "|", "space": " "}
_MOST_LINES_ABOVE = 30

_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_BACKSLASH = re.compile(r'\\([\\"])?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`header` holds the column names, `lines_above_rows` the number of lines before the first row.

    `skips_blanks`: a space after a delimiter is not part of the value. `escapes`: backslashes escape quotation marks
    and backslashes in values.
    """

    delimiter: str
    header: tuple[str, ...]
    lines_above_rows: int
    skips_blanks: bool = False
    escapes: bool = False

    def rows(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Parse rows strictly: an unclosed quotation mark would otherwise swallow the rest of the file."""
        found: Iterator[list[str]] = _reader(
            lines, self.delimiter, skips_blanks=self.skips_blanks, escapes=self.escapes
        )
        return found


def find_layout(lines: Sequence[str], *, delimiter: str = "", is_header: Callable[[Sequence[str]], bool]) -> Layout:
    """Detect the layout from the first lines of a file. `is_header` says whether cells name the required columns.

    If no line does, the longest line is the header.
    """
    first, delimiter = _after_sep(lines, delimiter)
    choices = (delimiter,) if delimiter else DELIMITERS
    found = [_with_header(lines, first, each, is_header) for each in choices]
    named = [each for each in found if is_header(each.header)]
    best = max(named or found, key=lambda each: len(each.header))
    return _with_quoting(best, lines)


def name_of_delimiter(text: str) -> str:
    """The delimiter for a character or its name. Raises `ValueError`."""
    delimiter = NAMED_DELIMITERS.get(text.casefold(), text)
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
        raise ValueError(f"takes one character, or {', '.join(NAMED_DELIMITERS)}")
    return delimiter


def _after_sep(lines: Sequence[str], delimiter: str) -> tuple[int, str]:
    """The number of lines up to a `sep=;` line, and its delimiter, unless one was given."""
    for number, line in enumerate(lines[:_MOST_LINES_ABOVE]):
        found = _SEP.fullmatch(line.strip(" \r\n"))
        if found:
            return number + 1, delimiter or found[1]
        if line.strip():
            break
    return 0, delimiter


def _with_header(
    lines: Sequence[str], first: int, delimiter: str, is_header: Callable[[Sequence[str]], bool]
) -> Layout:
    """The layout with the first line that names the columns, else with the longest line as header."""
    longest = Layout(delimiter=delimiter, header=(), lines_above_rows=first)
    for skips_blanks in (False, True):
        reader = _reader(iter(lines[first:]), delimiter, skips_blanks=skips_blanks, is_strict=False)
        for row in _good(reader):
            layout = Layout(delimiter=delimiter, header=tuple(row), lines_above_rows=first + reader.line_num)
            if is_header(row):
                return layout
            if any(cell.strip() for cell in row) and len(row) > len(longest.header):
                longest = layout
            if reader.line_num > _MOST_LINES_ABOVE:
                break
    return longest


def _with_quoting(layout: Layout, lines: Sequence[str]) -> Layout:
    """The simplest quoting with which most rows have as many cells as the header."""
    rows, width = lines[layout.lines_above_rows :], len(layout.header)
    text = "".join(rows)
    is_padded = width > 1 and all(cell.startswith(" ") for cell in layout.header[1:])
    ways = [
        replace(layout, skips_blanks=skips_blanks, escapes=escapes)
        for escapes in ((False, True) if '\\"' in text else (False,))
        for skips_blanks in ((True,) if is_padded else (False, True) if f'{layout.delimiter} "' in text else (False,))
    ]
    if len(ways) == 1:
        return ways[0]
    return max(ways, key=lambda way: sum(len(fit(row, width)) == width for row in _good(way.rows(iter(rows)))))


def fit(row: Sequence[str], width: int) -> Sequence[str]:
    """Remove surplus empty cells from the end of the row."""
    end = len(row)
    while end > width and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _reader(
    lines: Iterator[str], delimiter: str, *, skips_blanks: bool = False, escapes: bool = False, is_strict: bool = True
) -> Any:
    if escapes:
        lines = map(_double_stray_backslashes, lines)
    return csv.reader(
        lines,
        delimiter=delimiter,
        skipinitialspace=skips_blanks,
        escapechar="\\" if escapes else None,
        strict=is_strict,
    )


def _double_stray_backslashes(line: str) -> str:
    """Keep backslashes that escape nothing, as in Windows paths."""
    return _BACKSLASH.sub(lambda found: found[0] if found[1] else "\\\\", line)


def _good(rows: Any) -> Iterator[list[str]]:
    """The rows that parse; the last one may be cut off."""
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue
