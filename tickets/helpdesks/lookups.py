"""Joins records with the tables they refer to, so that `@requester.email` reads the row behind `requester_id`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from supportsaas.formatting import format_count
from tickets.helpdesks.base import SourceError
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.lookup_options import LookupOptions
from tickets.helpdesks.side_lists import ListTooLong, SideList, read_list
from tickets.records.normalize import as_text

MARK: Final = "@"
MOST_ROWS: Final = 200_000
MOST_CHARACTERS: Final = 30_000_000
"""A longer table is not read to its end: its further rows are unknown."""
_NOT_ALLOWED: Final = ("refused_login", "not_found")
_COLUMN: Final = re.compile(r"(?:\[\])?\.([^.\[\]{}\\|?]+)(?=[.\[}|]|\?\}|$)")
"""What follows the name of a table in a path: the column, behind the brackets of a list."""

_Rows = dict[str, Any]
_Columns = frozenset[str] | None


class Lookups:
    """The tables of one read. Those with a path are requested once, when a record first needs them.

    `columns`: what is kept of the rows of a requested table; of one that is not named, everything. `remarks` says which
    tables were too long.
    """

    def __init__(
        self, http: HelpdeskHttp, options: Mapping[str, LookupOptions], *, columns: Mapping[str, _Columns] | None = None
    ) -> None:
        self._http = http
        self._options = options
        self._columns = columns or {}
        self._tables: dict[str, _Rows] = {}
        self.remarks: list[str] = []

    def join(self, records: list[Any], payload: Any) -> list[Any]:
        """The records with a row of each table under `@NAME`; what is not found is left out."""
        if not self._options or not records:
            return records
        tables = {name: self._table(name, each, payload) for name, each in self._options.items()}
        return [self._joined(each, tables) if isinstance(each, dict) else each for each in records]

    def _joined(self, record: dict[str, Any], tables: Mapping[str, _Rows]) -> dict[str, Any]:
        joined = dict(record)
        for name, rows in tables.items():
            key = look_up(record, self._options[name].by)
            row = [rows[k] for each in key if (k := as_text(each)) in rows] if isinstance(key, list) else None
            if row is None:
                row = rows.get(as_text(key) or "")
            if row:
                joined[MARK + name] = row
        return joined

    def _table(self, name: str, options: LookupOptions, payload: Any) -> _Rows:
        if not options.path:
            return _by_id(look_up(payload, options.records), options.id)
        if name not in self._tables:
            self._tables[name] = self._request(name, options)
        return self._tables[name]

    def _request(self, name: str, options: LookupOptions) -> _Rows:
        wanted = SideList(path=options.path, records=options.records, params=dict(options.params), next=options.next)
        rows: _Rows = {}
        characters = 0
        columns = self._columns.get(name)
        try:
            for row in read_list(self._http, wanted):
                key = as_text(look_up(row, options.id))
                if not key:
                    continue
                if key not in rows and (len(rows) >= MOST_ROWS or characters >= MOST_CHARACTERS):
                    self._note_length(name, options, len(rows))
                    break
                rows[key] = _kept(row, columns)
                characters += len(key) + _length(rows[key])
        except ListTooLong:
            self._note_length(name, options, len(rows))
        except SourceError as error:
            if options.needed or error.code not in _NOT_ALLOWED:
                raise
        return rows

    def _note_length(self, name: str, options: LookupOptions, rows: int) -> None:
        self.remarks.append(
            f"The list at {options.path} is too long. Its first {format_count(rows, 'row')} were read, so some names are "
            f"unknown. If the helpdesk can filter this list, set lookups.{name}.params."
        )


def columns_used(options: Any, names: Iterable[str]) -> dict[str, _Columns]:
    """By table, the names in its rows that any setting mentions; None if a setting may mean the whole row."""
    texts = [text for text in _texts(options) if MARK in text]
    return {name: _columns_of(name, texts) for name in names}


def _columns_of(name: str, texts: Iterable[str]) -> _Columns:
    mention = re.compile(rf"{MARK}{re.escape(name)}(?![\w-])")
    columns: set[str] = set()
    for text in texts:
        for found in mention.finditer(text):
            column = _COLUMN.match(text, found.end())
            if column is None:
                return None
            columns.add(column[1])
    return frozenset(columns)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(name)
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _kept(row: Any, columns: _Columns) -> Any:
    if columns is None or not isinstance(row, dict):
        return row
    return {name: row[name] for name in columns if name in row}


def _length(row: Any) -> int:
    """About how many characters a row has."""
    return sum(len(each) for each in row.values() if isinstance(each, str)) if isinstance(row, dict) else 0


def _by_id(found: Any, id_path: str) -> _Rows:
    rows: _Rows = {}
    if isinstance(found, dict):
        return {str(key): row for key, row in found.items()}
    for row in found if isinstance(found, list) else ():
        key = as_text(look_up(row, id_path))
        if key:
            rows[key] = row
    return rows
