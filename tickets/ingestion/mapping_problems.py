"""What is odd about how a connection's settings read a sample of records: missing and empty fields, local times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from supportsaas.formatting import format_count, format_number
from tickets.helpdesks.field_paths import has_path, look_up
from tickets.helpdesks.model import Source, SourceKind
from tickets.helpdesks.options import RestOptions, rest_options
from tickets.records.dates import DATE_FIELDS, names_no_zone

ESSENTIAL_FIELDS: Final = frozenset(("id", "created_at", "updated_at", "subject", "message", "customer_id", "status"))


@dataclass(frozen=True, slots=True)
class MappingProblems:
    """Sentences, the worst first. `is_misspelt`: no record has the path of a field that a person mapped."""

    sentences: tuple[str, ...] = ()
    is_misspelt: bool = False


def find_mapping_problems(source: Source, raw: Sequence[Any]) -> MappingProblems:
    """Of records as the helpdesk sent them. The native protocol has no mapping, and no records have no problems."""
    if source.kind == SourceKind.NATIVE or not raw:
        return MappingProblems()
    options, chosen = rest_options(source.kind, source.options), source.options.get("fields", {})
    # A preset maps fields that an installation need not use. Those are empty, and nobody has to correct them.
    missing = [each for each in _missing_fields(options, raw) if each[0] in chosen or each[0] in ESSENTIAL_FIELDS]
    sentences = [_missing_sentence(name, path, len(raw)) for name, path in missing]
    sentences += _empty_fields(options, raw, {name for name, _ in missing})
    sentences += _local_times(options, raw)
    return MappingProblems(tuple(sentences), is_misspelt=any(name in chosen for name, _ in missing))


def _missing_fields(options: RestOptions, raw: Sequence[Any]) -> list[tuple[str, str]]:
    """The mapped fields whose paths are in no record, with the first path."""
    return [
        (name, rule.paths[0])
        for name, rule in options.fields.items()
        if rule.paths and not any(not path or has_path(each, path) for each in raw for path in rule.paths)
    ]


def _missing_sentence(name: str, path: str, total: int) -> str:
    return (
        f"None of {format_count(total, 'record')} has “{path}”, which {name} is read from: "
        f"check the setting fields.{name}."
    )


def _empty_fields(options: RestOptions, raw: Sequence[Any], known: set[str]) -> list[str]:
    empty = [
        name
        for name, rule in options.fields.items()
        if name not in known and all(rule.read(each) in (None, "", [], {}) for each in raw)
    ]
    return (
        [f"{', '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty in all {format_number(len(raw))} records."]
        if empty
        else []
    )


def _local_times(options: RestOptions, raw: Sequence[Any]) -> list[str]:
    paths = [path for name, rule in options.fields.items() if name in DATE_FIELDS for path in rule.paths]
    if options.timezone != "UTC" or not any(names_no_zone(look_up(each, path)) for path in paths for each in raw):
        return []
    return [
        "Its dates have no time zone and are read as UTC. If they are in another zone, enter it under "
        '“Connector settings”, for example {"timezone": "Europe/Berlin"}.'
    ]
