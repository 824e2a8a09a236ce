"""The names behind the ids in RT's transactions: of users and of queues, each requested once a run."""

from typing import Final

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.http import HelpdeskHttp
from tickets.records.cleaning import as_text

_RECORDS: Final = {"Owner": "user", "Queue": "queue"}
"""What the values of a field are, by RT's name of the field."""
MOST_NAMES: Final = 2_000
"""Further ids stay as they are."""
_LONGEST_ID: Final = 18
_SAYS_NOTHING: Final = ("not_found", "refused_login")


class RtNames:
    """`root`: the path of the API. RT's search for users finds all of them whatever the id, so each is requested alone."""

    def __init__(self, http: HelpdeskHttp, root: str) -> None:
        self._http = http
        self._root = root
        self._names: dict[tuple[str, str], str] = {}

    def of(self, field: str, value: str) -> str:
        """The value of the field, a name instead of an id. Raises `SourceError`.

        An id stays as it is if RT does not have it any more, or does not show it to this user.
        """
        record = _RECORDS.get(field)
        if record is None or not (value.isascii() and value.isdecimal()) or len(value) > _LONGEST_ID:
            return value
        if (record, value) not in self._names:
            if len(self._names) >= MOST_NAMES:
                return value
            self._names[record, value] = self._request(record, value)
        return self._names[record, value]

    def _request(self, record: str, id_: str) -> str:
        try:
            answer = self._http.get(f"{self._root}/{record}/{id_}")
        except SourceError as error:
            if error.code not in _SAYS_NOTHING:
                raise
            return id_
        return as_text(look_up(answer.payload, "Name")) or id_
