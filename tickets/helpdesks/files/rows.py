"""Reads the rows of CSV files and the values of JSON files, before they are mapped to tickets."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from supportsaas.formatting import format_number
from tickets.helpdesks.files import text_lines
from tickets.helpdesks.files.columns import Columns
from tickets.helpdesks.files.csv_layout import DELIMITERS, NAMED_DELIMITERS, find_layout, fit
from tickets.helpdesks.files.text_lines import FileError, LineReader
from tickets.helpdesks.json_text import TooDeepOrTooLong, TooMuchMemory, parse_json

_LINES_AHEAD = 200
_CHARACTERS_AHEAD = 200_000
_OBJECTS_AHEAD = 20
_LISTS_OF_TICKETS = ("tickets", "issues")
"""Names that say which one of several lists has the tickets. Zendesk's answers have their users in another one."""
_OTHER_DELIMITERS = (*DELIMITERS, ":", "~", "^", "#")


@dataclass(frozen=True, slots=True)
class Row:
    """A CSV row as a dictionary, or a JSON value; `problem` says why it is not readable. `length` is in characters."""

    place: str
    raw: Any
    length: int
    problem: str = ""


class CsvRows:
    """The rows of a CSV file. Raises `FileError` on creation if there is no header."""

    def __init__(self, lines: LineReader, *, delimiter: str, is_header: Callable[[Columns], bool]) -> None:
        self._lines = lines
        ahead = lines.look_ahead(lines=_LINES_AHEAD, characters=_CHARACTERS_AHEAD)
        self._layout = find_layout(ahead, delimiter=delimiter, is_header=lambda cells: is_header(Columns(cells)))
        self.columns = Columns(self._layout.header)
        if not any(cell.strip() for cell in self._layout.header):
            for _ in zip(lines, ahead[:1], strict=False):
                pass  # raises if the first line is not readable
            raise FileError(f"{lines.name} does not start with a header of column names.")
        for _ in range(self._layout.lines_above_rows):
            next(lines)

    @property
    def hint(self) -> str:
        """A hint about missing columns: a different delimiter."""
        (name, *others) = self.columns.names
        found = next((each for each in _OTHER_DELIMITERS if each != self._layout.delimiter and each in name), None)
        if others or found is None:
            return ""
        word = next((word for word, each in NAMED_DELIMITERS.items() if each == found), found)
        return f" The delimiter seems to be “{found}”: --delimiter {word}."

    def __iter__(self) -> Iterator[Row]:
        rows = self._layout.rows(self._lines)
        names, width = self.columns.names, len(self.columns.names)
        while True:
            first = self._lines.number + 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield self._broken(str(error), first)
                continue
            if row is None:
                return
            cells = fit(row, width)
            if not any(cell.strip() for cell in cells) or tuple(row) == self._layout.header:
                continue  # an empty line, or a repeated header, as in concatenated files
            length = sum(map(len, cells))
            if len(cells) == width:
                yield Row(f"line {format_number(first)}", dict(zip(names, cells, strict=True)), length)
            else:
                reason = f"has {len(cells)} columns, but the header has {width}"
                yield Row(f"line {format_number(first)}", {"line": first, "columns": list(row)}, length, reason)

    def _broken(self, error: str, line: int) -> Row:
        if "end of data" in error or "field larger" in error:
            raise FileError(
                f"A quotation mark in line {format_number(line)} of {self._lines.name} is not closed, so the rest of "
                "the file is not readable. Tickets imported so far are kept."
            )
        text = self._lines.last
        return Row(
            f"line {format_number(line)}",
            {"line": line, "text": text.rstrip("\r\n")},
            len(text),
            f"is not valid CSV: {error}",
        )


class JsonLines:
    """The values of a file with one JSON value per line."""

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[Row]:
        while self._lines.read_line():
            text, line = self._lines.last, self._lines.number
            if self._lines.is_too_long:
                self._lines.skip_rest_of_line()
                yield Row(f"line {format_number(line)}", {"line": line, "text": text[:1000]}, 1000, _TOO_LONG)
            elif not text.isspace():
                yield self._row(text, line)

    def first_objects(self) -> Iterator[Mapping[str, Any]]:
        """The objects on the first lines, without consuming them."""
        for line in self._lines.look_ahead(lines=_OBJECTS_AHEAD, characters=_CHARACTERS_AHEAD):
            if len(line) <= text_lines.LONGEST_LINE and (found := _object_in(line)) is not None:
                yield found

    @staticmethod
    def _row(text: str, line: int) -> Row:
        try:
            return Row(f"line {format_number(line)}", parse_json(text), len(text))
        except json.JSONDecodeError as error:
            reason = f"is not valid JSON: {error.msg} at column {error.colno}"
        except TooMuchMemory as error:
            reason = str(error)
        except TooDeepOrTooLong as error:
            reason = f"is JSON that is not readable: {error}"
        return Row(f"line {format_number(line)}", {"line": line, "text": text.rstrip("\r\n")}, len(text), reason)


class JsonList:
    """The values of a file with one list, or with an object that contains one. Read at once."""

    def __init__(self, lines: LineReader) -> None:
        name = lines.name
        advice = "Convert it to JSON lines (one object per line) and name the file .jsonl."
        try:
            self._values = _find_list(parse_json(lines.read_all()))
        except json.JSONDecodeError as error:
            raise FileError(
                f"{name} is not valid JSON: {error.msg} in line {format_number(error.lineno)}, "
                f"column {format_number(error.colno)}."
            ) from None
        except (TooMuchMemory, TooDeepOrTooLong) as error:
            raise FileError(f"{name} is too large to read at once: {error}. {advice}") from None
        except ValueError as error:
            raise FileError(f"{name} {error}. {advice}") from None

    def first_objects(self) -> Iterator[Mapping[str, Any]]:
        return (each for each in self._values[:_OBJECTS_AHEAD] if isinstance(each, dict))

    def __iter__(self) -> Iterator[Row]:
        for number, value in enumerate(self._values, 1):
            yield Row(f"record {format_number(number)}", value, 1)


def json_rows(lines: LineReader, *, is_by_lines: bool) -> JsonLines | JsonList:
    """Rows of either JSON format; a `.json` file may have one object per line too."""
    if is_by_lines or _has_an_object_on_each_line(lines):
        return JsonLines(lines)
    return JsonList(lines)


def _has_an_object_on_each_line(lines: LineReader) -> bool:
    ahead = [line for line in lines.look_ahead(lines=2, characters=2 * text_lines.LONGEST_LINE) if not line.isspace()]
    return len(ahead) == 2 and all(_object_in(line) is not None for line in ahead)


def _object_in(text: str) -> Mapping[str, Any] | None:
    """The object that the text is; None if it is anything else."""
    try:
        found = parse_json(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _find_list(value: Any) -> Sequence[Any]:
    """The list of tickets. Raises `ValueError` with the rest of a sentence about the file."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise ValueError("is neither a list nor an object with a list")
    lists = {name: each for name, each in value.items() if isinstance(each, list)}
    of_objects = {name: each for name, each in lists.items() if _are_objects(each)}
    named = [of_objects[name] for name in _LISTS_OF_TICKETS if name in of_objects]
    if len(of_objects) > 1 and len(named) == 1:
        return named[0]
    if len(of_objects) > 1:
        names = ", ".join(sorted(of_objects))
        raise ValueError(f"contains several lists ({names}), so it is unclear which one has the tickets")
    if of_objects:
        return next(iter(of_objects.values()))
    inner = [each for each in value.values() if isinstance(each, dict)]
    if len(inner) == 1 and _holds_objects(inner[0]):
        return _find_list(inner[0])
    if list(value.values()) == [[]] or (len(lists) == 1 and not any(lists.values()) and "id" not in value):
        return []
    return [value]  # a single ticket


def _holds_objects(value: Mapping[str, Any]) -> bool:
    return any(isinstance(each, list) and _are_objects(each) for each in value.values())


def _are_objects(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(each, dict) for each in values)


_TOO_LONG = f"is longer than {format_number(text_lines.LONGEST_LINE)} characters"
