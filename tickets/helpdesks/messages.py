"""The messages of a ticket as a helpdesk sends them: in the ticket's record, or at a path of their own."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.conversation_options import ConversationOptions
from tickets.helpdesks.field_paths import look_up, matches
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.lookups import Lookups
from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.helpdesks.placeholders import RequestValues, fill, fill_path
from tickets.helpdesks.side_lists import SideList, read_list
from tickets.records.dates import DateForm
from tickets.records.normalize import as_text

READ: Final = "@messages"
"""Where a record carries the messages that were requested for it, so that it can be mapped again without a request."""
MOST_ROWS: Final = 2_000
IDS_AT_ONCE: Final = 50
_GONE: Final = ("not_found",)
_REFUSED: Final = "refused_login"


class Messages:
    """Reads and maps messages by one connection's settings."""

    def __init__(self, options: ConversationOptions, *, timezone: str, date_format: str) -> None:
        self._options = options
        self._dates = DateForm(zone=ZoneInfo(timezone), date_format=date_format)
        self._is_refused = False
        self._lookups: Lookups | None = None

    @property
    def are_requested(self) -> bool:
        """Whether they need a request of their own for each ticket."""
        return bool(self._options.path)

    @property
    def place(self) -> str:
        """Where a record has the list of them."""
        return READ if self.are_requested else self._options.records

    def request(self, http: HelpdeskHttp, record: dict[str, Any], ticket_id: str) -> dict[str, Any]:
        """The record with its messages. It stays as it is if the helpdesk has none of this ticket any more (404).

        The same if they are not needed and the key may not read them, and then none are requested again.
        """
        ids = self._ids(record, ticket_id)
        if self._is_refused or not ids:
            return record
        lookups = self._lookups = self._lookups or Lookups(http, self._options.lookups)
        rows: list[Any] = []
        try:
            for each in ids:
                found = read_list(http, self._list_of(each), join=lookups.join)
                rows += islice(found, MOST_ROWS - len(rows))
        except SourceError as error:
            if error.code == _REFUSED and not self._options.needed:
                self._is_refused = True
                return record
            if error.code in _GONE:
                return record  # deleted since it was listed, which the list will say
            raise
        return {**record, READ: rows}

    def _ids(self, record: dict[str, Any], ticket_id: str) -> list[str | list[str]]:
        """What to request: by the ticket's id, or by ids in its record, many of them at once."""
        found = look_up(record, self._options.by) if self._options.by else ticket_id
        if isinstance(found, list):
            several = [text for each in found if (text := as_text(each))]
            return [several[start : start + IDS_AT_ONCE] for start in range(0, len(several), IDS_AT_ONCE)]
        text = as_text(found)
        return [text] if text else []

    def _list_of(self, id_: str | list[str]) -> SideList:
        options = self._options
        values = RequestValues(id=id_)
        return SideList(
            path=fill_path(options.path, values) or options.path,
            records=options.records,
            params=fill(dict(options.params), values) or {},
            next=options.next,
            cursor=options.cursor,
            cursor_param=options.cursor_param,
        )

    def of(self, record: Any) -> list[Mapping[str, Any]] | None:
        """The messages of a record under native field names; None if they have not been requested."""
        rows = look_up(record, self.place)
        if not isinstance(rows, list):
            return None if self.are_requested else []
        return [self._message(row, record) for row in rows if self._is_message(row)]

    def _is_message(self, row: Any) -> bool:
        """Whether it has a text: many helpdesks list events among the messages."""
        has_text = isinstance(row, dict) and self._options.body.read(row) not in (None, "")
        return has_text and not _is_any(row, self._options.skip_where)

    def _message(self, row: Any, record: Any) -> dict[str, Any]:
        options = self._options
        return {
            "id": look_up(row, options.id),
            "author": _value(options.author, row),
            "at": self._moment(_value(options.created_at, row)),
            "text": _value(options.body, row),
            "is_customer": _is_any(row, options.customer_when) or self._is_same(row, record),
            "is_internal": _is_any(row, options.internal_when),
        }

    def _moment(self, value: Any) -> Any:
        moment = self._dates.read_if_possible(value)
        return None if moment is None else moment.isoformat()

    def _is_same(self, row: Any, record: Any) -> bool:
        return any(
            (own := as_text(look_up(row, path))) not in (None, "") and own == as_text(look_up(record, of_ticket))
            for path, of_tickets in self._options.same_as.items()
            for of_ticket in of_tickets.split("|")
        )


def _value(rule: FieldRule | None, row: Any) -> Any:
    return None if rule is None else rule.read(row)


def _is_any(row: Any, conditions: Mapping[str, str]) -> bool:
    """Whether a path has its value, or one of several separated by `|`."""
    return any(matches(look_up(row, path), value) for path, values in conditions.items() for value in values.split("|"))
