"""Where the ticket fields are in the rows of a CSV file, or in the objects of a JSON file. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from tickets.helpdesks.field_paths import look_up, matches
from tickets.helpdesks.files.columns import Columns, extra_columns, filled, named_alike
from tickets.helpdesks.files.formats.known_format import KnownFormat
from tickets.helpdesks.files.text_lines import ColumnsMissing, FileError
from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.helpdesks.options import TICKET_FIELDS

REQUIRED: Final = ("id", "created_at")
_FIELDS: Final = (*TICKET_FIELDS, "extra")
_OWN_OBJECT: Final = ("extra",)
_STATUS: Final = "status"


class FileMapping(Protocol):
    """Reads the fields of a record."""

    def values(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that have a value; `extra.NAME` still by that name."""
        ...

    def statuses(self, raw: Mapping[str, Any]) -> list[Any]:
        """The statuses of the record, the most exact one first."""
        ...

    def leaves_out(self, raw: Mapping[str, Any]) -> bool:
        """Whether the format says that the record is not a ticket."""
        ...


class CsvMapping:
    """Columns by field. `places` has several of a field if they share a name, or if the format knows several."""

    def __init__(self, columns: Columns, places: Mapping[str, Sequence[str]], known: KnownFormat | None) -> None:
        self.places = places
        self._joined = known.joined if known else frozenset()
        left_out = known.left_out if known else {}
        self._left_out = [(each, value.casefold()) for name, value in left_out.items() for each in columns.find(name)]

    def values(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        found = ((name, filled(raw, where)) for name, where in self.places.items())
        return {name: values if name in self._joined else values[0] for name, values in found if values}

    def statuses(self, raw: Mapping[str, Any]) -> list[Any]:
        return list(filled(raw, self.places.get(_STATUS, ())))

    def leaves_out(self, raw: Mapping[str, Any]) -> bool:
        return any(str(raw.get(column, "")).strip().casefold() == value for column, value in self._left_out)


class JsonMapping:
    """Paths by field: those that a person mapped, or the field's own name, and the rules of a known format."""

    def __init__(self, mapped: Mapping[str, str], known: KnownFormat | None) -> None:
        self._rules: Mapping[str, FieldRule] = {} if known is None else known.fields
        self._left_out = known.left_out if known else {}
        self._paths = {name: name for name in (_FIELDS if known is None else _OWN_OBJECT)} | dict(mapped)

    def values(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: look_up_alike(raw, path) for name, path in self._paths.items()}
        found |= {name: rule.read(raw) for name, rule in self._rules.items()}
        return {name: value for name, value in found.items() if value is not None}

    def statuses(self, raw: Mapping[str, Any]) -> list[Any]:
        if _STATUS in self._rules:
            return self._rules[_STATUS].read_all(raw)
        found = look_up_alike(raw, self._paths[_STATUS]) if _STATUS in self._paths else None
        return [] if found is None else [found]

    def leaves_out(self, raw: Mapping[str, Any]) -> bool:
        return any(matches(look_up(raw, path), value) for path, value in self._left_out.items())

    def used_names(self, raw: Mapping[str, Any]) -> set[str | None]:
        """The names of the record that some field is read from."""
        paths = [*self._paths.values(), *(path for rule in self._rules.values() for path in rule.paths)]
        return {named_alike(path.split(".")[0].split("[")[0], raw) for path in paths}


def look_up_alike(raw: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path of a JSON object; a name without dots is matched ignoring case."""
    value = look_up(raw, path)
    if value is not None or "." in path:
        return value
    name = named_alike(path, raw)
    return None if name is None else raw[name]


def columns_of_fields(
    columns: Columns,
    *,
    mapped: Mapping[str, str],
    known: KnownFormat | None,
    defaults: Mapping[str, str],
    file: str,
    hint: str,
) -> dict[str, list[str]]:
    """The columns of each field; raises `FileError` if a mapped or required one is missing."""
    available = ", ".join(columns.names)
    for name, column in mapped.items():
        if not columns.find(column):
            raise ColumnsMissing(f"--map {name}: no column “{column}”. Columns: {available}.{hint}", columns.named)
    wanted: dict[str, tuple[str, ...]] = {name: (name,) for name in (_FIELDS if known is None else _OWN_OBJECT)}
    wanted |= {name: rule.paths for name, rule in known.fields.items()} if known else {}
    wanted |= {name: (column,) for name, column in mapped.items()}
    found = {name: [each for one in names for each in columns.find(one)] for name, names in wanted.items()}
    places = {**extra_columns(columns), **{name: where for name, where in found.items() if where}}
    for name in REQUIRED:
        if name not in places and name not in defaults:
            sentence = f"No column “{name}”. Map one with --map {name}=COLUMN. Columns: {available}.{hint}"
            raise ColumnsMissing(sentence, columns.named)
    ids = places.get("id", [])
    if len(ids) > 1:
        raise FileError(f"{file} has more than one column “{ids[0]}”. Choose the one with the ids: --map id={ids[0]}#1")
    return places
