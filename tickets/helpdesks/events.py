"""The events of a ticket as a helpdesk sends them: in the ticket's record, or in the list of its messages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.events_options import EventsOptions, ValueTable
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.helpdesks.side_lists import SideList, read_list
from tickets.records.cleaning import as_text
from tickets.records.dates import DateForm
from tickets.records.told_events import MOST_CHANGES, ToldField

VALUES: Final = "@event_values"
"""Where a record carries what the ids in its events stand for, so that it can be mapped again without a request."""
MOST_READ: Final = 2_000
"""Events of one ticket, and rows of a table."""
_NOT_ALLOWED: Final = ("refused_login", "not_found", "rejected")

ReadStatus = Callable[[Sequence[Any]], Any]
_Values = dict[str, Any]


class Events:
    """Reads and maps events by one connection's settings.

    `messages`: where a record has the list of its messages. `read_status` gives the status that values mean.
    """

    def __init__(
        self,
        options: EventsOptions,
        *,
        timezone: str,
        date_format: str,
        messages: str,
        read_status: ReadStatus,
    ) -> None:
        self._options = options
        self._place = messages if options.among_messages else options.records
        self._dates = DateForm(zone=ZoneInfo(timezone), date_format=date_format)
        self._read_status = read_status
        self._fields: dict[str, ToldField] = {
            theirs: ours for ours, names in options.fields.items() for theirs in names.split("|")
        }
        self._tables: dict[ToldField, _Values] = {}

    def complete(self, http: HelpdeskHttp, records: list[Any]) -> list[Any]:
        """The records with what the ids in their events stand for. Raises `SourceError`."""
        return [self._completed(http, each) for each in records] if self._options.tables else records

    def of(self, record: Any) -> tuple[list[Mapping[str, Any]] | None, int]:
        """The events under native field names, and how many more the helpdesk has; None if they are unknown."""
        rows = self._rows(record)
        if rows is None:
            return None, 0
        total = look_up(record, self._options.total) if self._options.total else None
        count = max(len(rows), min(total, 10**6)) if type(total) is int else len(rows)
        values = look_up(record, VALUES)
        known = values if isinstance(values, dict) else {}
        events: list[Mapping[str, Any]] = [
            event for row in rows[:MOST_READ] if (event := self._event(row, known)) is not None
        ]
        return events, count - min(len(rows), MOST_READ)

    def _rows(self, record: Any) -> list[Any] | None:
        rows = look_up(record, self._place)
        return rows if isinstance(rows, list) else None

    def _completed(self, http: HelpdeskHttp, record: Any) -> Any:
        rows = self._rows(record)
        if not rows or not isinstance(record, dict):
            return record
        values: dict[str, _Values] = {}
        for row in rows[:MOST_READ]:
            for field, change in self._changes(row):
                options = self._options.tables.get(field)
                if options is None:
                    continue
                table = self._table(http, field, options)
                ids = (as_text(look_up(change, path)) for path in (self._options.old_id, self._options.new_id) if path)
                values.setdefault(field, {}).update({each: table[each] for each in ids if each and each in table})
        return {**record, VALUES: values} if values else record

    def _table(self, http: HelpdeskHttp, field: ToldField, options: ValueTable) -> _Values:
        if field not in self._tables:
            self._tables[field] = self._request(http, field, options)
        return self._tables[field]

    def _request(self, http: HelpdeskHttp, field: ToldField, options: ValueTable) -> _Values:
        wanted = SideList(path=options.path, records=options.records, params=dict(options.params), next=options.next)
        table: _Values = {}
        try:
            for row in read_list(http, wanted):
                key, values = as_text(look_up(row, options.id)), options.value.read_all(row)
                if key and values:
                    table[key] = self._read_status(values) if field == "status" else values[0]
                if len(table) >= MOST_READ:
                    break
        except SourceError as error:
            if options.needed or error.code not in _NOT_ALLOWED:
                raise
        return table

    def _changes(self, row: Any) -> list[tuple[ToldField, Any]]:
        """The changes of fields that are read."""
        found = look_up(row, self._options.changes) if self._options.changes else [row]
        changes = found if isinstance(found, list) else []
        named = ((self._fields.get(as_text(look_up(each, self._options.field)) or ""), each) for each in changes)
        return [(field, each) for field, each in named if field is not None][:MOST_CHANGES]

    def _event(self, row: Any, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """None if no field changed that is read."""
        changes = self._changes(row)
        if not changes:
            return None
        options = self._options
        return {
            "id": look_up(row, options.id),
            "author": _value(options.author, row),
            "at": self._moment(_value(options.created_at, row)),
            "changes": [
                {
                    "field": field,
                    "old": self._side(field, change, options.old_id, options.old, values),
                    "new": self._side(field, change, options.new_id, options.new, values),
                }
                for field, change in changes
            ],
        }

    def _side(self, field: ToldField, change: Any, id_: str, rule: FieldRule | None, values: Mapping[str, Any]) -> Any:
        table = values.get(field)
        key = as_text(look_up(change, id_)) if id_ else None
        if isinstance(table, dict) and key is not None and key in table:
            return table[key]
        value = _value(rule, change)
        return self._read_status([value]) if field == "status" and value is not None else value

    def _moment(self, value: Any) -> Any:
        moment = self._dates.read_if_possible(value)
        return None if moment is None else moment.isoformat()


def _value(rule: FieldRule | None, row: Any) -> Any:
    return None if rule is None else rule.read(row)
