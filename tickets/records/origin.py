"""Where tickets come from, a helpdesk connection or an import, and the name space their ids have. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

SEPARATOR = ":"
_AFTER_SEPARATOR = chr(ord(SEPARATOR) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A helpdesk connection or an import.

    `name`: of the connection or the import. `prefix`: begins each of its tickets' ids (`NAME:`); empty
    where they keep their own. `mapping`: fingerprint of the settings that its records are read by; a
    stored stamp says nothing about one that was read by another mapping. Empty where stamps always decide.
    `others`: names of the tenant's other name spaces; no ticket without a prefix may begin like one of theirs.
    `doubles`: prefixes of tickets of this very helpdesk that were read before somebody said which one it is.
    """

    name: str = ""
    prefix: str = ""
    mapping: str = ""
    others: frozenset[str] = frozenset()
    doubles: tuple[str, ...] = ()

    def owns(self, external_id: str) -> bool:
        """Whether a ticket of that id belongs to this name space."""
        if self.prefix:
            return external_id.startswith(self.prefix)
        name, separator, _ = external_id.partition(SEPARATOR)
        return not separator or name not in self.others

    @property
    def match(self) -> dict[str, Any]:
        """What the ids of its tickets have in common, as a filter of an index on them."""
        if self.prefix:
            return beginning_with(self.prefix)
        return {"$nor": [beginning_with(name + SEPARATOR) for name in sorted(self.others)]} if self.others else {}

    def external_ids(self, ids: Iterable[str]) -> Iterator[str]:
        """The ids under which we store the tickets that the helpdesk calls so; none of another name space."""
        for each in ids:
            external_id = self.prefix + each
            if self.owns(external_id):
                yield external_id


def beginning_with(prefix: str) -> dict[str, Any]:
    """The filter of the ids that begin with a name space's prefix."""
    return {"external_id": {"$gte": prefix, "$lt": prefix.removesuffix(SEPARATOR) + _AFTER_SEPARATOR}}


PLAIN = Origin()
"""The name space without a prefix: a tenant's first connection, and all that was stored before there were others."""
