"""What real processes log, and what they never log."""

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client
from pymongo.errors import BulkWriteError

from supportsaas.db import mongo
from supportsaas.ops import logs
from tenants.models import ApiToken, Role, Tenant, User
from tests.builders import record, store_tickets
from tests.helpdesk import ScriptedHelpdesk
from tests.operations.conftest import RunningProcess, Web
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest

SECRET_WORD = "pelican-canary"


def line_of(entries: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    """The one entry with these values."""
    found = [each for each in entries if all(each.get(name) == value for name, value in wanted.items())]
    assert len(found) == 1, (wanted, entries)
    return found[0]


class TestTheWebServer:
    def test_the_web_server_writes_json_lines_that_lead_from_a_user_to_the_fault(
        self, acme: Tenant, root: User, start_web: Callable[..., Web]
    ) -> None:
        store_tickets(acme, [{"message": SECRET_WORD}])
        text = ApiToken.issue(name="x", user=root, tenant=None, role=Role.VIEWER)[1]
        web = start_web(LOG_FORMAT="json")
        with web.client_of(root) as browser:
            page = browser.get("/t/acme/tickets/", params={"q": SECRET_WORD})
            assert page.status_code == 200 and SECRET_WORD in page.text
            named = browser.get("/t/acme/tickets/T-1/", headers={"X-Request-ID": "proxy-4711.a"})
            forged = browser.get("/health", headers={"X-Request-ID": 'x" evil="1'})
            called = httpx.get(
                f"{web.url}/tickets?tenant_id=acme", headers={"Authorization": f"Bearer {text}"}, timeout=30
            )
            mongo.collection("tickets").insert_one(
                {"tenant_id": "acme", "external_id": "T-2", "is_deleted": False, "message": SECRET_WORD}
            )
            broken = browser.get("/t/acme/tickets/T-2/")
        assert web.terminate() == 0
        entries = web.entries()

        about_page = line_of(entries, request=page.headers["X-Request-ID"], logger="supportsaas.web.request_log")
        assert about_page["route"] == "/t/<str:slug>/tickets/"
        assert (about_page["method"], about_page["status"], about_page["level"]) == ("GET", 200, "info")
        assert (about_page["tenant"], about_page["user"]) == ("acme", str(root.pk))
        assert 0 < about_page["duration_ms"] < 60_000 and about_page["time"].endswith("Z")

        assert named.headers["X-Request-ID"] == "proxy-4711.a"
        assert line_of(entries, request="proxy-4711.a")["status"] == 200
        assert len(forged.headers["X-Request-ID"]) == 32
        by_token = line_of(entries, request=called.headers["X-Request-ID"])
        assert (by_token["user"], by_token["tenant"]) == (str(root.pk), "acme")

        assert broken.status_code == 500
        id_ = broken.headers["X-Request-ID"]
        assert f"<code>{id_}</code>" in broken.text, "the page tells the id that a user can quote"
        fault = line_of(entries, request=id_, logger="django.request")
        assert (fault["level"], fault["message"]) == ("error", "Internal Server Error")
        assert "KeyError" in fault["exception"] and "tickets/views" in fault["exception"]
        assert line_of(entries, request=id_, logger="supportsaas.web.request_log")["status"] == 500

        assert [each for each in entries if each["logger"] == "gunicorn.error"], "gunicorn's own lines too"
        assert SECRET_WORD not in web.said(), "neither tickets nor what was searched for"
        assert text not in web.said() and "sessionid" not in web.said()


def test_the_page_for_an_unreachable_database_shows_the_request_id(mongodb_away: None) -> None:
    away = _client_with_a_session().get("/")
    assert away.status_code == 503
    assert f"<code>{away['X-Request-ID']}</code>" in away.content.decode()


class TestTheWorker:
    def test_the_workers_log_lines_name_job_and_tenant(
        self, acme: Tenant, helpdesk: ScriptedHelpdesk, start_worker: Callable[..., RunningProcess]
    ) -> None:
        Source.objects.create(tenant=acme, kind="house", url=helpdesk.url)
        helpdesk.tickets = [record("T-1", message=SECRET_WORD)]
        good = jobs.enqueue(acme, JobRequest(trigger="web", started_by="test"))
        worker = start_worker(LOG_FORMAT="json")
        worker.wait_for(lambda: (jobs.find_job(good) or {})["status"] == "completed", "completed run")
        # A stored ticket that our own code cannot have written: the run ends in a fault of ours.
        mongo.collection("tickets").update_one({"external_id": "T-1"}, {"$unset": {"digest": 1}})
        bad = jobs.enqueue(acme, JobRequest(trigger="web", started_by="test"))
        worker.wait_for(lambda: (jobs.find_job(bad) or {})["status"] == "failed", "failed run")
        assert worker.terminate() == 0
        entries = worker.entries()
        assert [each["tenant"] for each in entries if each.get("job") == good] == ["acme", "acme"]
        fault = line_of(entries, job=bad, level="error")
        assert "KeyError: 'digest'" in fault["exception"] and fault["tenant"] == "acme"
        assert SECRET_WORD not in worker.said()


class TestFormatting:
    @pytest.fixture
    def written(self) -> Callable[..., str]:
        def write(message: str, *arguments: object, error: BaseException | None = None, form: str = "json") -> str:
            formatter = logs.formatter(form)
            info = (type(error), error, error.__traceback__) if error else None
            return formatter.format(logging.LogRecord("x", logging.ERROR, "", 0, message, arguments, info))

        return write

    def test_secrets_are_redacted_in_the_log(self, written: Callable[..., str]) -> None:
        for text in (
            "Authorization: Bearer sst_abcdefghijkl",
            "token sst_abcdefghijkl refused",
            "mongodb://user:abcdefghijkl@host/db is away",
            "GET https://help.example/tickets?key=abcdefghijkl failed",
        ):
            for form in logs.FORMATS:
                assert "abcdefghijkl" not in written("%s", text, form=form)
                assert "abcdefghijkl" not in written("x", error=ValueError(text), form=form)

    @pytest.mark.parametrize(
        ("accept", "referer"), [("*/*", ""), ("text/html", "https://elsewhere.example/customers/cust-4711/?q=x")]
    )
    def test_a_form_without_its_token_names_no_customer(
        self, db: None, caplog: pytest.LogCaptureFixture, accept: str, referer: str
    ) -> None:
        browser = Client(enforce_csrf_checks=True)
        headers = {"Accept": accept, **({"Referer": referer} if referer else {})}
        answer = browser.post("/t/acme/customers/cust-4711/", headers=headers, secure=bool(referer))
        assert answer.status_code == 403
        (refused,) = [each for each in caplog.records if each.name == "django.security.csrf"]
        for form in logs.FORMATS:
            line = logs.formatter(form).format(refused)
            assert "Refused a form" in line
            assert "cust-4711" not in line and "acme" not in line

    def test_a_log_line_stays_a_single_line(self, written: Callable[..., str]) -> None:
        line = written("one\ntwo\u2028three %s", "\x1b[31m")
        assert len(line.splitlines()) == 1
        assert json.loads(line)["message"] == "one\ntwo\u2028three \x1b[31m"

    def test_a_wrong_number_of_arguments_loses_no_line(self, written: Callable[..., str]) -> None:
        assert json.loads(written("%s and %s", "one"))["message"] == "%s and %s"

    def test_a_rejected_write_is_logged_without_its_document(self, db: None, written: Callable[..., str]) -> None:
        documents = [{"_id": 1, "message": SECRET_WORD}, {"_id": 1, "message": SECRET_WORD}]
        with pytest.raises(BulkWriteError) as caught:
            mongo.collection("locks").insert_many(documents)
        assert SECRET_WORD in str(caught.value)
        text = written("It failed.", error=caught.value)
        assert SECRET_WORD not in text and "1 writes refused" in text

    def test_the_log_shows_chained_exceptions_in_order(self, written: Callable[..., str]) -> None:
        try:
            try:
                raise KeyError("first")
            except KeyError as error:
                raise ValueError("second") from error
        except ValueError as error:
            text = json.loads(written("x", error=error))["exception"]
        assert text.index("KeyError: 'first'") < text.index("which led to") < text.index("ValueError: second")

    def test_threads_carry_what_they_were_started_with(self) -> None:
        with logs.about(job="j"), logs.about(tenant="t"):
            carried = logs.carried(logs.context)
        assert logs.context() == {}
        assert carried() == {"job": "j", "tenant": "t"}


def _client_with_a_session() -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.cookies["sessionid"] = "x" * 32
    return client
