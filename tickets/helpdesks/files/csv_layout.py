"""How a CSV file is laid out, found out from its first lines: delimiter, quoting, and where its header is. Pure.

RFC 4180 is what nobody keeps to. Seen in real exports: `sep=;` in front (Excel), titles and empty lines above the
header, line breaks in a column's name, several columns of one name, a blank after each delimiter, quotation marks
escaped by a backslash (MySQL), and a delimiter at the end of each row.
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
    """`header`: the cells of the line of column names; `lines_above_rows`: how many lines come before the first row.

    `skips_blanks`: a blank after a delimiter is no part of the value. `escapes`: a backslash stands before
    quotation marks and backslashes inside a value.
    """

    delimiter: str
    header: tuple[str, ...]
    lines_above_rows: int
    skips_blanks: bool = False
    escapes: bool = False

    def rows(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Rows of the lines, strictly: a quotation mark that nobody closes would swallow all that follows."""
        found: Iterator[list[str]] = _reader(
            lines, self.delimiter, skips_blanks=self.skips_blanks, escapes=self.escapes
        )
        return found


def find_layout(lines: Sequence[str], *, delimiter: str = "", is_header: Callable[[Sequence[str]], bool]) -> Layout:
    """The layout by the first lines of a file. `is_header`: whether these cells name the columns that are needed.

    Where no line does, the header is the first one that is not empty.
    """
    first, delimiter = _after_sep(lines, delimiter)
    choices = (delimiter,) if delimiter else DELIMITERS
    found = [_with_header(lines, first, each, is_header) for each in choices]
    named = [each for each in found if is_header(each.header)]
    best = max(named or found, key=lambda each: len(each.header))
    return _with_quoting(best, lines)


def name_of_delimiter(text: str) -> str:
    """The delimiter that somebody names: one character, or a word for it. Raises `ValueError`."""
    delimiter = NAMED_DELIMITERS.get(text.casefold(), text)
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
        raise ValueError(f"takes one character, or {', '.join(NAMED_DELIMITERS)}")
    return delimiter


def _after_sep(lines: Sequence[str], delimiter: str) -> tuple[int, str]:
    """The number of lines up to and with a line `sep=;`, and the delimiter it names; one that was given counts more."""
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
    """The first line that names the columns, else the first of those with the most cells."""
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
    """The plainest way to read the rows that lets most of them have as many cells as the header."""
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
    """The row without what delimiters at its end add, as far as it is too long."""
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
    """A backslash that stands before neither a quotation mark nor another one is one, as in a path of Windows."""
    return _BACKSLASH.sub(lambda found: found[0] if found[1] else "\\\\", line)


def _good(rows: Any) -> Iterator[list[str]]:
    """The rows that can be told apart; the last one may be cut off."""
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue
