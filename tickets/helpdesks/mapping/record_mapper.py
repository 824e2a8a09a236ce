"""A helpdesk's record becomes a record of native field names. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from tickets.helpdesks.field_paths import look_up, map_status, matches
from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.records.dates import DateForm, NotADate
from tickets.records.statuses import StatusMap, spell_status, state_of

Sort = Literal["ticket", "skipped", "deleted"]
_EXTRA: Final = "extra."
_STATUS: Final = "status"
_DURATIONS_COUNT_FROM: Final = "created_at"


class RecordMapper:
    """Maps records with one connection's settings."""

    def __init__(
        self,
        *,
        fields: Mapping[str, FieldRule],
        defaults: Mapping[str, str],
        status_map: Mapping[str, str],
        timezone: str,
        date_format: str,
        skip_where: Mapping[str, str],
        keep_where: Mapping[str, str],
        deleted_when: Mapping[str, str],
        base_url: str = "",
    ) -> None:
        """`base_url`: what a ticket's own URL is appended to if it begins with a slash."""
        self._fields = fields
        self._defaults = defaults
        self._statuses = StatusMap(status_map)
        self._dates = DateForm(zone=ZoneInfo(timezone), date_format=date_format)
        self._base_url = base_url
        self._skip_where, self._keep_where, self._deleted_when = skip_where, keep_where, deleted_when

    def sort(self, record: Any) -> Sort:
        """Whether the record is a ticket, stands for a deleted one, or is left out."""
        if any(matches(look_up(record, path), value) for path, value in self._skip_where.items()):
            return "skipped"
        if any(matches(look_up(record, path), value) for path, value in self._deleted_when.items()):
            return "deleted"
        is_kept = all(matches(look_up(record, path), value) for path, value in self._keep_where.items())
        return "ticket" if is_kept else "skipped"

    def id_of(self, record: Any) -> Any:
        return self._fields["id"].read(record)

    def fields_of(self, record: Any) -> Mapping[str, Any] | None:
        """The fields that the record has; None if it is not an object or a row."""
        if not isinstance(record, dict | list):
            return None
        fields: dict[str, Any] = dict(self._defaults)
        extra: dict[str, Any] = {}
        durations: dict[str, timedelta] = {}
        for name, rule in self._fields.items():
            value = rule.read(record)
            if value is None:
                continue
            if name.startswith(_EXTRA):
                extra[name.removeprefix(_EXTRA)] = value
            elif isinstance(value, timedelta):
                durations[name] = value
            else:
                fields[name] = value
        if extra:
            fields["extra"] = extra
        url = fields.get("url")
        if isinstance(url, str) and url.startswith("/") and not url.startswith("//"):
            fields["url"] = self._base_url + url
        if _STATUS in fields:
            fields[_STATUS] = self._status_of(record, fields[_STATUS])
        fields = self._dates.localize(fields)
        return fields | self._dates_of(durations, fields) if durations else fields

    def _status_of(self, record: Any, first: Any) -> Any:
        """The status that the first value means; of several paths, the first one whose meaning is known."""
        mapped = map_status(first, self._statuses)
        rule = self._fields.get(_STATUS)
        if rule is None or len(rule.paths) < 2 or _is_known(mapped):
            return mapped
        return self.status_among([first, *rule.read_all(record)])

    def status_among(self, values: Sequence[Any]) -> Any:
        """The status that values mean: the first one whose meaning is known, or else the first."""
        mapped = [map_status(each, self._statuses) for each in values]
        return next((each for each in mapped if _is_known(each)), mapped[0])

    def moment_at(self, record: Any, path: str) -> Any:
        """The moment at a path of the record; None if there is no readable one."""
        return self._dates.read_if_possible(look_up(record, path))

    def _dates_of(self, durations: Mapping[str, timedelta], fields: Mapping[str, Any]) -> dict[str, str]:
        """When durations that began with the ticket's creation ended."""
        try:
            created = self._dates.read(fields.get(_DURATIONS_COUNT_FROM))
            return {} if created is None else {name: (created + each).isoformat() for name, each in durations.items()}
        except (NotADate, OverflowError):
            return {}


def _is_known(status: Any) -> bool:
    return isinstance(status, str) and state_of(spell_status(status)) != "unknown"


def as_objects(rows: Sequence[Any], columns: Any) -> list[Any]:
    """Rows that are lists as objects with the column names of the response; others stay as they are."""
    if not isinstance(columns, list):
        return list(rows)
    names = [each.get("name") if isinstance(each, dict) else each for each in columns]
    return [
        dict(zip((str(name) for name in names), row, strict=False)) if isinstance(row, list) else row for row in rows
    ]
