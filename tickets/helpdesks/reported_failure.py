"""Raises what a helpdesk reports in a response with a status of success."""

from collections.abc import Sequence

from tickets.helpdesks.base import SourceError
from tickets.helpdesks.complaints import complaint_of
from tickets.helpdesks.http import Answer, HelpdeskHttp
from tickets.helpdesks.options import AnswerRule


def raise_reported(answer: Answer, http: HelpdeskHttp, rules: Sequence[AnswerRule]) -> None:
    """Raise `SourceError` if the response reports a failure. `rules` may say that it means a wrong key."""
    complaint = complaint_of(answer.payload, hide=http.hide)
    if complaint is None:
        return
    quote = f" (“{complaint}”)" if complaint else ""
    is_refused = any(each.means == "refused" and each.contains.casefold() in complaint.casefold() for each in rules)
    if is_refused:
        raise SourceError(
            "refused_login",
            f"The helpdesk at {http.host} rejected the credentials{quote}. Check the key or password.",
        )
    raise SourceError("failed_answer", f"The helpdesk at {http.host} reported an error{quote}.")
