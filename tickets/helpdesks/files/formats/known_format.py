"""What a helpdesk's own export looks like, and where the ticket fields are in it. Pure."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from tickets.helpdesks.mapping.field_rule import FieldRule
from tickets.records.statuses import StatusMap, fold_status, spell_status, state_of

Shape = Literal["csv", "json"]
_SPACES: Final = " "


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFormat:
    """An export of a helpdesk.

    A file has the format if it has one name of each of `marks`: columns, or paths in a JSON record. `fields`: where each
    ticket field is; in CSV only the rule's paths count, which are names of columns. `joined` are fields that take the values of
    all their columns, because the helpdesk repeats a column for each value. `no_value`: texts that stand for none.
    `date_formats` are strptime's, for dates that are ambiguous otherwise. `is_zoneless`: its times have no zone.
    `left_out`: records that are not tickets, by a path and its value, and `left_out_as` says what they are.
    """

    label: str
    shape: Shape
    marks: tuple[tuple[str, ...], ...]
    fields: Mapping[str, FieldRule]
    status_map: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()
    are_tags_spaced: bool = False
    no_value: Mapping[str, frozenset[str]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    is_zoneless: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)
    left_out_as: str = ""

    def without(self, names: Collection[str]) -> "KnownFormat":
        """The format for a file in which a person has mapped these fields to other columns."""
        return replace(
            self,
            fields={name: rule for name, rule in self.fields.items() if name not in names},
            no_value={name: words for name, words in self.no_value.items() if name not in names},
            joined=self.joined.difference(names),
            are_tags_spaced=self.are_tags_spaced and "tags" not in names,
        )

    def is_of(self, has: Callable[[str], bool]) -> bool:
        """Whether a file has this format; `has` says whether a name or path is there."""
        return all(any(has(name) for name in names) for names in self.marks)

    def tidy(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields without texts that stand for no value, and with tags as a list."""
        found = {name: value for name, value in fields.items() if not self._is_none(name, value)}
        if self.are_tags_spaced and isinstance(found.get("tags"), str):
            found["tags"] = found["tags"].replace(",", _SPACES).split()
        return found

    def date(self, text: str) -> str:
        """The date in ISO 8601 if it has one of the known forms; any other stays as it is."""
        for each in self.date_formats:
            with suppress(ValueError):
                return datetime.strptime(text.strip(), each).isoformat(" ")  # noqa: DTZ007  the zone comes later
        return text

    def _is_none(self, name: str, value: Any) -> bool:
        words = self.no_value.get(name)
        return words is not None and isinstance(value, str) and value.strip().casefold() in words


def statuses_with(known: KnownFormat | None, given: Mapping[str, str]) -> StatusMap:
    """The statuses of the format, and those that a person maps, which count first whatever their spelling."""
    if known is None:
        return StatusMap(given)
    named = {fold_status(theirs) for theirs in given}
    own = {theirs: ours for theirs, ours in known.status_map.items() if fold_status(theirs) not in named}
    return StatusMap({**own, **given})


def first_known(statuses: list[Any]) -> Any:
    """The first status whose meaning is known, or else the first one."""
    known = (each for each in statuses if isinstance(each, str) and state_of(spell_status(each)) != "unknown")
    return next(known, statuses[0])
