"""Warnings and remarks about an imported file. Pure."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from supportsaas.formatting import format_count, format_number
from tickets.records.seen_ids import SeenIds

_FIELDS_TO_MENTION = ("subject", "message", "status", "updated_at", "customer_id", "source")
_MOST_COLUMNS = 30
_SHORTENED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
"""A long number as spreadsheets abbreviate it: 1.23E+12."""


@dataclass(slots=True)
class FileFacts:
    """Collected row by row, in a few bytes each.

    `unused` are columns, or JSON names, that no field is read from. `filled` are the ticket fields with a value in at
    least one row. `recognised`: a sentence about the known format. `left_out` records are not tickets but `left_out_as`.
    """

    unused: list[str] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)
    rows: int = 0
    shortened: str = ""
    recognised: str = ""
    left_out: int = 0
    left_out_as: str = ""
    _ids: SeenIds = field(default_factory=SeenIds)
    _versions: SeenIds = field(default_factory=SeenIds)

    def add(self, fields: Mapping[str, Any]) -> None:
        self.rows += 1
        if not self.filled >= fields.keys():
            self.filled.update(name for name, value in fields.items() if value not in (None, ""))
        id_ = str(fields.get("id") or "").strip()
        if id_:
            content = repr(sorted((name, str(value)) for name, value in fields.items()))
            self._ids.add([id_])
            self._versions.add([hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=12).hexdigest()])
            if not self.shortened and _SHORTENED.fullmatch(id_):
                self.shortened = id_

    def note_names(self, raw: Mapping[str, Any], used: Collection[str | None]) -> None:
        """Remember the names of a JSON record that no field is read from."""
        for name in raw:
            if name not in used and name not in self.unused and len(self.unused) < _MOST_COLUMNS:
                self.unused.append(name)

    def warnings(self) -> list[str]:
        """Problems that probably lost tickets."""
        sentences = []
        others = self._versions.count_distinct() - self._ids.count_distinct()
        if others > 0:
            sentences.append(
                f"{format_number(others)} rows repeat an id with different content. Only the newest row of each id is "
                "kept. If they are different tickets, map another column to id."
            )
        if self.shortened:
            sentences.append(
                f"A spreadsheet abbreviated ids such as {self.shortened}, so different tickets may share an id. Export the "
                "file again with the column as text."
            )
        return sentences

    def empty_fields(self) -> list[str]:
        """The main fields that no row has a value for."""
        return [name for name in _FIELDS_TO_MENTION if name not in self.filled]

    def remarks(self, *, is_complete: bool) -> list[str]:
        """What the mapping leaves out; with `is_complete` also what may be intended."""
        sentences = [self.recognised] if self.recognised else []
        if self.left_out:
            are = "is" if self.left_out == 1 else "are"
            sentences.append(f"{format_count(self.left_out, 'record')} {are} left out: {self.left_out_as}.")
        if not self.rows:
            return sentences
        empty = self.empty_fields()
        if "subject" in self.filled and "message" in empty:
            sentences.append(
                "No row has a message, so tickets are classified by subject only. Map one with --map message=COLUMN."
            )
        if is_complete and empty:
            sentences.append(f"Fields without values: {', '.join(empty)}. Map them with --map FIELD=COLUMN.")
        if is_complete and self.unused:
            more = len(self.unused) - _MOST_COLUMNS
            names = ", ".join(self.unused[:_MOST_COLUMNS]) + (f" and {format_number(more)} more" if more > 0 else "")
            sentences.append(f"Unused columns: {names}.")
        return sentences


def unused_columns(names: Sequence[str], used: Iterable[Collection[str]]) -> list[str]:
    """The columns that no field is read from; `used` holds those of each field."""
    taken = set(chain.from_iterable(used))
    return [name for name in names if name not in taken]
