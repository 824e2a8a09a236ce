"""How one ticket field is read from a record. Pure."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.mapping.document_text import document_text, is_document
from tickets.records.normalize import as_text

Unit = Literal["seconds", "minutes", "hours"]
_LENGTHS: Final[dict[Unit, timedelta]] = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
}
_PATH_IN_TEMPLATE: Final = re.compile(r"\{([^{}]+)\}")
_MAY_BE_MISSING: Final = "?"
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


class FieldRule(BaseModel):
    """The first of `paths` with a value, or a `value` that is always the same, or a `template` with paths in it.

    `map` replaces values by others, `unit` makes a date of a duration that starts when the ticket was created, and
    `before` cuts off what follows in a text: with `;`, `ada@example.com;bob@example.com` is `ada@example.com`. In a
    template, `{path?}` may be missing; without any other path the field has no value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: tuple[str, ...] = Field((), description="The first path that has a value counts.")
    value: str | None = Field(None, description="A value that is always the same.")
    template: str = Field(
        "", description="A text with paths in braces: https://help.example.com/tickets/{id}; {path?} may be missing."
    )
    map: dict[str, str] = Field(default_factory=dict, description="Values of the helpdesk to others.")
    before: str = Field("", description="Of a text, only what stands before this counts: ;")
    unit: Unit | None = Field(None, description="The value is a duration since the ticket was created.")

    @field_validator("paths", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_one(self) -> "FieldRule":
        if (bool(self.paths), self.value is not None, bool(self.template)).count(True) != 1:
            raise ValueError("needs one of paths, value and template")
        return self

    @property
    def all_paths(self) -> tuple[str, ...]:
        """Every path that it reads."""
        in_template = _PATH_IN_TEMPLATE.findall(self.template)
        return (*self.paths, *(each.removesuffix(_MAY_BE_MISSING) for each in in_template))

    def read(self, record: Any) -> Any:
        """The value in the record, a `timedelta` with a unit; None if it has none."""
        if self.value is not None:
            return self.value
        if self.template:
            return self._fill(record)
        found = self._first(record)
        if self.map:
            found = self._mapped(found)
        if self.unit is not None:
            return _duration(found, self.unit)
        return document_text(found) if is_document(found) else found

    def read_all(self, record: Any) -> list[Any]:
        """The values at all paths that have one."""
        found = (self._at(record, path) for path in self.paths)
        return [self._mapped(each) for each in found if each not in _EMPTY]

    def _first(self, record: Any) -> Any:
        found = None
        for path in self.paths:
            found = self._at(record, path)
            if found not in _EMPTY:
                return found
        return found

    def _at(self, record: Any, path: str) -> Any:
        found = look_up(record, path)
        return found.partition(self.before)[0].strip() if self.before and isinstance(found, str) else found

    def _mapped(self, found: Any) -> Any:
        text = as_text(found)
        return found if text is None else self.map.get(text, found)

    def _fill(self, record: Any) -> str | None:
        paths = _PATH_IN_TEMPLATE.findall(self.template)
        parts = [as_text(self._at(record, path.removesuffix(_MAY_BE_MISSING))) or "" for path in paths]
        is_missing = (not part for path, part in zip(paths, parts, strict=True) if not path.endswith(_MAY_BE_MISSING))
        if any(is_missing) or not any(parts):
            return None
        left = iter(parts)
        return _PATH_IN_TEMPLATE.sub(lambda _found: next(left), self.template).strip()


def as_rule(given: Any) -> FieldRule:
    """A rule from a setting: a path, several paths, or an object with the rule's own names."""
    if isinstance(given, FieldRule):
        return given
    if isinstance(given, str):
        return FieldRule.model_validate({"paths": given})
    if isinstance(given, list | tuple):
        return FieldRule.model_validate({"paths": tuple(given)})
    if isinstance(given, Mapping):
        return FieldRule.model_validate(dict(given))
    raise ValueError("must be a path, a list of paths, or an object with paths, value or template")


def _duration(value: Any, unit: Unit) -> timedelta | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value * _LENGTHS[unit]
    except (OverflowError, ValueError):  # more than a date can be, or not a number
        return None
