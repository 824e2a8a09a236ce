"""Where tickets come from, a helpdesk connection or an import, and the name space of their ids. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

SEPARATOR = ":"
_AFTER_SEPARATOR = chr(ord(SEPARATOR) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A helpdesk connection or an import.

    `name`: of the connection or the import. `prefix`: each of its tickets' ids starts with it (`NAME:`); empty
    if they keep their own. `mapping`: the fingerprint of the settings that its records are read with; stamps that
    were read with different mappings cannot be compared. Empty if stamps always decide. `others`: names of the
    tenant's other name spaces; no ticket without a prefix may start like one of theirs. `doubles`: prefixes of
    tickets of this same helpdesk that were read before a person identified it.
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
        """What the ids of its tickets have in common, as a filter that an index serves."""
        if self.prefix:
            return beginning_with(self.prefix)
        return {"$nor": [beginning_with(name + SEPARATOR) for name in sorted(self.others)]} if self.others else {}

    def external_ids(self, ids: Iterable[str]) -> Iterator[str]:
        """The stored ids of the tickets with these ids in the helpdesk; none of another name space."""
        for each in ids:
            external_id = self.prefix + each
            if self.owns(external_id):
                yield external_id


def beginning_with(prefix: str) -> dict[str, Any]:
    """The filter for ids that start with a name space's prefix."""
    return {"external_id": {"$gte": prefix, "$lt": prefix.removesuffix(SEPARATOR) + _AFTER_SEPARATOR}}


def connection_key(tenant_id: str, prefix: str) -> str:
    """Under which the state of a connection is stored: `TENANT`, or `TENANT:NAME` if its ids start with `NAME:`.

    Neither a tenant's id nor a name contains a colon.
    """
    return f"{tenant_id}{SEPARATOR}{prefix}".removesuffix(SEPARATOR)


def split_key(key: str) -> tuple[str, str]:
    """The tenant and the prefix of a connection's key."""
    tenant_id, separator, name = key.partition(SEPARATOR)
    return tenant_id, name + separator


PLAIN = Origin()
"""The name space without a prefix: a tenant's first connection, and everything stored before there were others."""
