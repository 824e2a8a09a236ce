"""Rows of a Django model that users put in order, by a field `position`."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar

from django.db.models import Model

from supportsaas.db.model_transaction import in_transaction, serialize_on

Direction = Literal["first", "up", "down"]


class Ordered(Protocol):
    pk: object
    position: int | None

    def save(self, *, update_fields: Sequence[str]) -> None: ...


Row = TypeVar("Row", bound=Ordered)


def move_row(owner: Model, key: object, direction: Direction, *, find_rows: Callable[[], list[Row]]) -> None:
    """Move the row one place up or down, or to the top, starting from where it is now.

    `find_rows` returns all rows of the owner in their order. Concurrent moves of the same owner's rows run one after
    the other. Nothing happens if the row was deleted, or cannot move further.
    """

    def work() -> None:
        serialize_on(owner)
        for row in _repositioned(find_rows(), key, direction):
            row.save(update_fields=["position"])

    in_transaction(work)


def _repositioned(rows: list[Row], key: object, direction: Direction) -> list[Row]:
    """The rows that get another position, with it set: as few as possible, since each is an entry in the audit log."""
    place = next((place for place, row in enumerate(rows) if row.pk == key), None)
    if place is None:
        return []
    target = {"first": 0, "up": place - 1, "down": place + 1}[direction]
    if target == place or not 0 <= target < len(rows):
        return []
    if direction == "first":
        rows[place].position = (rows[0].position or 0) - 1
        return [rows[place]]
    moved, neighbour = rows[place], rows[target]
    moved.position, neighbour.position = neighbour.position, moved.position
    return [moved, neighbour]
