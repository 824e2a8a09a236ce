"""The records of tickets whose list has only their ids, or less than everything: requested in batches."""

from collections.abc import Sequence
from typing import Any, Final

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.detail_options import DetailOptions
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.options import AnswerRule
from tickets.helpdesks.placeholders import RequestValues, fill, fill_path
from tickets.helpdesks.reported_failure import raise_reported
from tickets.records.normalize import as_text

MOST_MISSING: Final = 5
"""If more tickets of a page cannot be read one by one, it is not they that are missing."""
_OF_THE_BATCH: Final = ("rejected", "not_found", "failed_answer", "too_large")
"""Errors that one ticket of a batch may cause, such as one that was deleted since it was listed."""


class Details:
    def __init__(self, http: HelpdeskHttp, options: DetailOptions, rules: Sequence[AnswerRule]) -> None:
        self._http, self._options, self._rules = http, options, rules

    def complete(self, entries: list[Any]) -> list[Any]:
        """The records that the entries of a list stand for, in its order. Raises `SourceError`.

        An id without a record is left out, and a summary without one stays as it is.
        """
        ids = [as_text(look_up(each, self._options.by)) for each in entries]
        found = self._request(list(dict.fromkeys(each for each in ids if each)))
        records = []
        for entry, id_ in zip(entries, ids, strict=True):
            record = found.get(id_ or "")
            if isinstance(entry, dict):
                records.append({**entry, **(record or {})})
            elif record is not None:
                records.append(record)
        return records

    def _request(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        waiting = [ids[start : start + self._options.batch] for start in range(0, len(ids), self._options.batch)]
        missing = 0
        while waiting:
            batch = waiting.pop(0)
            try:
                rows = self._rows_of(batch)
            except SourceError as error:
                if error.code not in _OF_THE_BATCH:
                    raise
                if len(batch) > 1:
                    half = len(batch) // 2
                    waiting[:0] = [batch[:half], batch[half:]]
                    continue
                missing += 1
                if error.code == "too_large" or missing > MOST_MISSING or missing == len(ids):
                    raise
                continue
            for place, row in enumerate(rows):
                # The answer to one id is about that one, whether or not it repeats it.
                id_ = batch[place] if len(batch) == 1 and len(rows) == 1 else as_text(look_up(row, self._options.id))
                if id_:
                    found[id_] = row
        return found

    def _rows_of(self, batch: Sequence[str]) -> list[dict[str, Any]]:
        options, values = self._options, RequestValues(id=",".join(batch))
        answer = self._http.get(fill_path(options.path, values) or options.path, fill(options.params, values) or {})
        raise_reported(answer, self._http, self._rules)
        rows = look_up(answer.payload, options.records)
        return [each for each in (rows if isinstance(rows, list) else [rows]) if isinstance(each, dict)]
