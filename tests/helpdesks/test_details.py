"""Lists of ids or summaries, whose records are requested one by one or many at once."""

from typing import Any

import pytest

from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets.helpdesks import SourceError
from tickets.helpdesks.detail_options import DetailOptions
from tickets.helpdesks.details import MOST_MISSING, Details
from tickets.helpdesks.http import HelpdeskHttp
from tickets.helpdesks.options import AnswerRule, rest_options

REFUSED = AnswerRule(status=200, contains="token", means="refused")


def serve(helpdesk: ScriptedHelpdesk, *, missing: frozenset[str] = frozenset(), status: int = 404) -> None:
    """Tickets T-1 to T-20 at /tickets/ID, or several at /tickets?ids=; one that is missing spoils its batch."""

    def script(path: str, query: dict[str, str]) -> Answer:
        ids = query["ids"].split(",") if "ids" in query else [path.rsplit("/", 1)[1]]
        if missing & set(ids):
            return answer({"error": "no such ticket"}, status)
        rows = [record(each, subject=f"Subject of {each}") for each in reversed(ids)]
        return answer({"tickets": rows} if "ids" in query else {"ticket": rows[0]})

    helpdesk.script = script


def complete(helpdesk: ScriptedHelpdesk, entries: list[Any], **options: Any) -> list[Any]:
    http = HelpdeskHttp(base_url=helpdesk.url, tenant_id="acme")
    try:
        return Details(http, DetailOptions(**options), [REFUSED]).complete(entries)
    finally:
        http.close()


ONE_BY_ONE: dict[str, Any] = {"path": "/tickets/{id}", "records": "ticket", "by": "id"}
MANY: dict[str, Any] = {"path": "/tickets", "params": {"ids": "{id}"}, "records": "tickets", "batch": 4}


@pytest.mark.usefixtures("db")
class TestRecords:
    def test_a_summary_is_completed_by_its_record(self, helpdesk: ScriptedHelpdesk) -> None:
        serve(helpdesk)
        found = complete(helpdesk, [{"id": "T-2", "unread": True}, {"id": "T-1"}], **ONE_BY_ONE)
        assert [(each["id"], each["subject"]) for each in found] == [
            ("T-2", "Subject of T-2"),
            ("T-1", "Subject of T-1"),
        ]
        assert found[0]["unread"] is True
        assert [path for path, _, _ in helpdesk.requests] == ["/tickets/T-2", "/tickets/T-1"]

    def test_ids_are_asked_for_in_batches_and_keep_their_order(self, helpdesk: ScriptedHelpdesk) -> None:
        serve(helpdesk)
        ids = [f"T-{n}" for n in range(1, 7)]
        assert [each["id"] for each in complete(helpdesk, [*ids, "T-1"], **MANY)] == [*ids, "T-1"]
        assert [query["ids"] for _, query, _ in helpdesk.requests] == ["T-1,T-2,T-3,T-4", "T-5,T-6"]

    @pytest.mark.parametrize("status", [200, 400, 404])
    def test_one_that_is_gone_spoils_no_batch(self, helpdesk: ScriptedHelpdesk, status: int) -> None:
        serve(helpdesk, missing=frozenset({"T-3"}), status=status)
        found = complete(helpdesk, [f"T-{n}" for n in range(1, 7)], **MANY)
        assert [each["id"] for each in found] == ["T-1", "T-2", "T-4", "T-5", "T-6"]

    def test_if_many_are_gone_it_is_an_error(self, helpdesk: ScriptedHelpdesk) -> None:
        gone = frozenset(f"T-{n}" for n in range(1, MOST_MISSING + 2))
        serve(helpdesk, missing=gone)
        with pytest.raises(SourceError) as error:
            complete(helpdesk, [f"T-{n}" for n in range(1, 20)], **MANY)
        assert error.value.code == "not_found"

    def test_a_refused_key_is_called_one_at_once(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.fail_everything(answer({"error": "Invalid token"}))
        with pytest.raises(SourceError, match=r"rejected the credentials \(“Invalid token”\)"):
            complete(helpdesk, ["T-1", "T-2"], **MANY)
        assert len(helpdesk.requests) == 1


@pytest.mark.parametrize(("status", "means"), [(400, "refused"), (200, "wait")])
def test_only_a_response_of_success_says_that_the_key_is_refused(status: int, means: str) -> None:
    options = {
        "path": "/t",
        "fields": {"id": "id", "created_at": "at"},
        "answers": [{"status": status, "means": means}],
    }
    with pytest.raises(ValueError, match="belongs to status 200"):
        rest_options("rest", options)
