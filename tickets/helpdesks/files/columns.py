"""The columns of a file by the names people have for them. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

_GAP = re.compile(r"[\s_-]+")
_IN_UTC = re.compile(r" ?\(utc\)$")
"""As our own exports say it; times without a zone are taken for UTC anyway."""

_NUMBERED = re.compile(r"(.+)#([1-9][0-9]?)", re.DOTALL)


class Columns:
    """Names of columns, each made unique: a second `Comment` is `Comment#2`, one without a name `column 3`.

    Line breaks in a name count as blanks. A name is found whatever its case, and whether it is written with
    blanks, underscores or hyphens, unless another column has exactly that name.
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
        """Those that have a name of their own."""
        return [unique for unique, own in zip(self.names, self._own, strict=True) if own]

    def find(self, wanted: str) -> list[str]:
        """The unique names of the columns that somebody means: several where they share a name."""
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


def named_alike(wanted: str, names: Iterable[str]) -> str | None:
    """The one of the names of a JSON object that is meant: whatever its case, as for columns."""
    return _by_plain_name(tuple(names)).get(_plain(wanted))


@lru_cache(maxsize=256)
def _by_plain_name(names: tuple[str, ...]) -> Mapping[str, str]:
    return {_plain(name): name for name in reversed(names)}


def first_filled(row: Mapping[str, str], names: Sequence[str]) -> str | None:
    """The first value of these columns that says something."""
    return next((value for name in names if (value := row.get(name)) and not is_missing(value)), None)


def is_missing(value: str) -> bool:
    """Whether a program wrote that there is no value: an empty cell, or a word for it."""
    return value.strip().casefold() in _MISSING


def _plain(name: str) -> str:
    return _IN_UTC.sub("", _GAP.sub(" ", name).strip().casefold())


_MISSING = frozenset(
    ("", "null", "(null)", "<null>", "[null]", "\\n", "none", "nil", "n/a", "#n/a", "nan", "nat", "undefined", "-", "--",
     "\u2013", "\u2014", "?", "(none)", "(empty)")
)  # fmt: skip
