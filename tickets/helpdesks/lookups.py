"""Joins records with the tables they refer to, so that `@requester.email` reads the row behind `requester_id`."""

from collections.abc import Mapping
from typing import Any, Final

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.lookup_options import LookupOptions
from tickets.helpdesks.side_lists import SideList, read_list
from tickets.records.normalize import as_text

MARK: Final = "@"
MOST_ROWS: Final = 200_000
"""A longer table is not read to its end: its further rows are unknown."""
_NOT_ALLOWED: Final = ("refused_login", "not_found")

_Rows = dict[str, Any]


class Lookups:
    """The tables of one read. Those with a path are requested once, when a record first needs them."""

    def __init__(self, http: HelpdeskHttp, options: Mapping[str, LookupOptions]) -> None:
        self._http = http
        self._options = options
        self._tables: dict[str, _Rows] = {}

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
            self._tables[name] = self._request(options)
        return self._tables[name]

    def _request(self, options: LookupOptions) -> _Rows:
        wanted = SideList(path=options.path, records=options.records, params=dict(options.params), next=options.next)
        rows: _Rows = {}
        try:
            for row in read_list(self._http, wanted):
                _add(rows, row, options.id)
                if len(rows) >= MOST_ROWS:
                    break
        except SourceError as error:
            if options.needed or error.code not in _NOT_ALLOWED:
                raise
        return rows


def _by_id(found: Any, id_path: str) -> _Rows:
    rows: _Rows = {}
    if isinstance(found, dict):
        return {str(key): row for key, row in found.items()}
    for row in found if isinstance(found, list) else ():
        _add(rows, row, id_path)
    return rows


def _add(rows: _Rows, row: Any, id_path: str) -> None:
    key = as_text(look_up(row, id_path))
    if key:
        rows[key] = row
