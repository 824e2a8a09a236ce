"""Finds the columns of a file by name. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

_GAP = re.compile(r"[\s_-]+")
_IN_ZONE = re.compile(r"\s*\((?:(utc)|([a-z_+-]{1,30}(?:/[a-z0-9_+-]{1,30}){1,2}))\)\s*$", re.IGNORECASE)
"""A zone after the name of a column with times, as in our own exports: `created_at (Europe/Berlin)`."""

_NUMBERED = re.compile(r"(.+)#([1-9][0-9]?)", re.DOTALL)


class Columns:
    """Unique column names: a second `Comment` becomes `Comment#2`, a column without a name `column 3`.

    Line breaks in a name count as spaces. Names are matched ignoring case and the difference between spaces,
    underscores and hyphens, unless a column has exactly that name.
    """

    def __init__(self, header: Sequence[str]) -> None:
        self._own = [" ".join(name.split()) for name in header]
        self.names: list[str] = []
        for number, name in enumerate(self._own, 1):
            unique = wanted = name or f"column {number}"
            times = 1
            while unique in self.names:
                times += 1
                unique = f"{wanted}#{times}"
            self.names.append(unique)

    @property
    def named(self) -> list[str]:
        """The columns with a name."""
        return [unique for unique, own in zip(self.names, self._own, strict=True) if own]

    def find(self, wanted: str) -> list[str]:
        """The unique names of the matching columns; several if they share a name."""
        wanted = " ".join(wanted.split())
        exact = self._called(lambda name: name == wanted)
        if exact:
            return exact
        numbered = _NUMBERED.fullmatch(wanted)
        if numbered:
            same = self.find(numbered[1])
            return same[int(numbered[2]) - 1 : int(numbered[2])]
        plain = _plain(wanted)
        return self._called(lambda name: _plain(name) == plain)

    def _called(self, is_called: Callable[[str], bool]) -> list[str]:
        return [unique for unique, own in zip(self.names, self._own, strict=True) if own and is_called(own)]


def extra_columns(columns: Columns) -> dict[str, list[str]]:
    """The columns of a tenant's own fields, by the name of the field: `extra.Plan`."""
    found: dict[str, list[str]] = {}
    for column in columns.named:
        prefix, dot, name = column.partition(".")
        if dot and name.strip() and _plain(prefix) == "extra":
            found.setdefault(f"extra.{name.strip()}", []).append(column)
    return found


def named_alike(wanted: str, names: Iterable[str]) -> str | None:
    """The matching name in a JSON object, by the same rules as for columns."""
    return _by_plain_name(tuple(names)).get(_plain(wanted))


@lru_cache(maxsize=256)
def _by_plain_name(names: tuple[str, ...]) -> Mapping[str, str]:
    return {_plain(name): name for name in reversed(names)}


def filled(row: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """The values in these columns that are not missing."""
    return [value for name in names if (value := row.get(name)) and not is_missing(value)]


def is_missing(value: str) -> bool:
    """Whether the cell is empty or holds a word for a missing value."""
    return value.strip().casefold() in _MISSING


def zone_of(column: str) -> ZoneInfo | None:
    """The time zone that the name of a column ends with."""
    found = _IN_ZONE.search(column)
    if found is None:
        return None
    name = "UTC" if found[1] else found[2]
    return ZoneInfo(name) if name in _zones() else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _plain(name: str) -> str:
    if name.rstrip().endswith(")") and zone_of(name) is not None:
        name = _IN_ZONE.sub("", name)
    return _GAP.sub(" ", name).strip().casefold()


_MISSING = frozenset(
    ("", "null", "(null)", "<null>", "[null]", "\\n", "none", "nil", "n/a", "#n/a", "nan", "nat", "undefined", "-", "--",
     "\u2013", "\u2014", "?", "(none)", "(empty)")
)  # fmt: skip
