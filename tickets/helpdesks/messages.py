"""The messages of a ticket as a helpdesk sends them: in the ticket's record, or at a path of their own."""

from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.conversation_options import ConversationOptions
from tickets.helpdesks.field_paths import first_name, look_up, matches
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.lookups import Lookups, columns_used
from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.helpdesks.placeholders import RequestValues, fill, fill_path
from tickets.helpdesks.side_lists import SideList, read_list
from tickets.records.dates import DateForm
from tickets.records.normalize import as_text

READ: Final = "@messages"
"""Where a record carries the messages that were requested for it, so that it can be mapped again without a request."""
MOST_ROWS: Final = 2_000
MOST_CHARACTERS: Final = 20_000_000
"""More rows or characters of one ticket's messages are not read."""
IDS_AT_ONCE: Final = 50
_REFUSED: Final = "refused_login"
_IS_RULE_AFTER: Final = 3
"""If the key may not read the messages of so many tickets, and of none, it may not read any."""


class Messages:
    """Reads and maps messages by one connection's settings."""

    def __init__(
        self, options: ConversationOptions, *, timezone: str, date_format: str, keeps_rows_whole: bool = False
    ) -> None:
        """`keeps_rows_whole`: somebody else reads the rows, too; else only what messages are made of is kept."""
        self._options = options
        self._dates = DateForm(zone=ZoneInfo(timezone), date_format=date_format)
        self._lookups: Lookups | None = None
        self._columns = None if keeps_rows_whole else _columns_of(options)
        self._refusals = 0
        self._is_readable = False

    @property
    def are_requested(self) -> bool:
        """Whether they need a request of their own for each ticket."""
        return bool(self._options.path)

    @property
    def place(self) -> str:
        """Where a record has the list of them."""
        return READ if self.are_requested else self._options.records

    def request(self, http: HelpdeskHttp, record: dict[str, Any], ticket_id: str) -> dict[str, Any]:
        """The record with its messages. Raises `SourceError`.

        If they are not needed and the key may not read them, it stays as it is, and soon none are requested.
        """
        ids = self._ids(record, ticket_id)
        if self._is_refused or not ids:
            return record
        lookups = self._lookups = self._lookups or self._open_lookups(http)
        rows: list[Any] = []
        characters = 0
        try:
            lists = (read_list(http, self._list_of(each), join=lookups.join) for each in ids)
            for row in islice(chain.from_iterable(lists), MOST_ROWS):
                rows.append(self._kept(row))
                characters += _length(rows[-1])
                if characters > MOST_CHARACTERS:
                    break
        except SourceError as error:
            if error.code == _REFUSED and not self._options.needed and not self._is_readable:
                self._refusals += 1
                return record
            raise
        self._is_readable = True
        return {**record, READ: rows}

    @property
    def remarks(self) -> Sequence[str]:
        return self._lookups.remarks if self._lookups else ()

    def _open_lookups(self, http: HelpdeskHttp) -> Lookups:
        options = self._options
        return Lookups(http, options.lookups, columns=columns_used(options.model_dump(), options.lookups))

    @property
    def _is_refused(self) -> bool:
        return not self._is_readable and self._refusals >= _IS_RULE_AFTER

    def _kept(self, row: Any) -> Any:
        """What is needed of a row: a page of tickets may have very many of them."""
        if self._columns is None or not isinstance(row, dict):
            return row
        return {name: row[name] for name in self._columns if name in row}

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


def _columns_of(options: ConversationOptions) -> frozenset[str] | None:
    """The names in a row that messages are made of; None if one is made of the row itself."""
    rules = [options.body, options.created_at, *([options.author] if options.author else [])]
    conditions = (options.internal_when, options.customer_when, options.same_as, options.skip_where)
    paths = [
        options.id,
        *(path for rule in rules for path in rule.all_paths),
        *(p for each in conditions for p in each),
    ]
    names = {first_name(path) for path in paths}
    return None if "" in names else frozenset(names)


def _length(row: Any) -> int:
    """About how many characters a row has."""
    return sum(len(each) for each in row.values() if isinstance(each, str)) if isinstance(row, dict) else 0


def _value(rule: FieldRule | None, row: Any) -> Any:
    return None if rule is None else rule.read(row)


def _is_any(row: Any, conditions: Mapping[str, str]) -> bool:
    """Whether a path has its value, or one of several separated by `|`."""
    return any(matches(look_up(row, path), value) for path, values in conditions.items() for value in values.split("|"))
