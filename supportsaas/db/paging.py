"""Key-based paging: a cursor names the last ticket seen, so a page never skips or repeats."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CursorError(ValueError):
    """The text is no cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list that is newest first: what comes after it, or (`backwards`) before it."""

    created_at: datetime
    external_id: str
    backwards: bool = False

    @property
    def is_end(self) -> bool:
        """Whether it stands behind everything, so that what is before it is the last page."""
        return self == END

    def encode(self) -> str:
        milliseconds = (self.created_at - _EPOCH) // timedelta(milliseconds=1)
        text = json.dumps([int(self.backwards), milliseconds, self.external_id], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """The cursor in `text`; raises `CursorError`."""
        try:
            padded = text + "=" * (-len(text) % 4)
            backwards, milliseconds, external_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if backwards not in (0, 1) or type(milliseconds) is not int or not isinstance(external_id, str):
                raise CursorError(text)
            return cls(_EPOCH + timedelta(milliseconds=milliseconds), external_id, bool(backwards))
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
            raise CursorError("It is no cursor of this list.") from None

    def match(self, *, time: str = "created_at", key: str = "external_id") -> dict[str, Any]:
        """What lies beyond this place, as a match on an index ending in the two fields."""
        beyond = "$gt" if self.backwards else "$lt"
        at_or_beyond = "$gte" if self.backwards else "$lte"
        return {
            time: {at_or_beyond: self.created_at},
            "$or": [
                {time: {beyond: self.created_at}},
                {time: self.created_at, key: {beyond: self.external_id}},
            ],
        }


END = Cursor(datetime(1, 1, 1, tzinfo=UTC), "", backwards=True)
