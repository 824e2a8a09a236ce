"""The commands as an operator sees them: their output and exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest

from supportsaas import clock
from tenants.models import ApiToken, Membership, Tenant, User
from tests import processes
from tests.builders import record
from tests.commands import run
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets import jobs
from tickets.helpdesks.model import Source, SourceKind
from tickets.ingestion.schedule import find_schedules
from tickets.jobs import JobRequest
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


class TestIngest:
    @pytest.fixture(autouse=True)
    def _connected(self, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]) -> None:
        native_source(helpdesk.url)

    def test_ingest_ends_with_0_when_every_tenant_completes(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record("T-1")]
        assert run("ingest", "--tenant", "acme") == (
            0, "acme: completed: 1 new, 0 updated, 0 unchanged, 0 deleted\n", "",
        )  # fmt: skip

    def test_a_failed_run_is_exit_status_1_with_the_reason(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.fail_everything(answer({}, 401))
        status, out, err = run("ingest", "--all")
        assert (status, out) == (1, "")
        assert err.startswith("acme: failed:") and "rejected the credentials" in err

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["--all", "--tenant", "acme"],
            ["--tenant", "nobody"],
            ["--all", "--workers", "0"],
            ["--all", "--since", "10:00"],
            ["--all", "--since", "2026-03-01", "--full"],
            ["--all", "--since", "2999-01-01"],
            ["--all", "--check", "--dry-run"],
        ],
    )
    def test_wrong_usage_of_ingest_is_exit_status_2_with_a_sentence(self, arguments: list[str]) -> None:
        status, out, err = run("ingest", *arguments)
        assert (status, out) == (2, "")
        assert err.startswith("error: ") and err.count("\n") == 1

    def test_rejected_records_are_exit_status_3(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record("T-1"), record("T-2", created_at="soon")]
        status, _, err = run("ingest", "--tenant", "acme")
        assert status == 3
        assert "partial: 1 new, 0 updated, 0 unchanged, 0 deleted, 1 rejected" in err

    def test_an_active_run_is_exit_status_4(self, tenant: Tenant) -> None:
        job_id = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="owner"))
        status, _, err = run("ingest", "--tenant", "acme")
        assert status == 4
        assert job_id in err

    def test_the_worst_result_of_several_tenants_is_the_exit_status(
        self, helpdesk: ScriptedHelpdesk, other_tenant: Tenant
    ) -> None:
        Source.objects.create(tenant=other_tenant, kind="house", url="http://127.0.0.1:1", enabled=True)
        helpdesk.tickets = [record("T-1", created_at="soon")]
        assert run("ingest", "--tenant", "acme")[0] == 3
        helpdesk.fail_everything(answer({}, 404))
        Source.objects.filter(tenant=other_tenant).update(url=helpdesk.url)
        assert run("ingest", "--all", "--workers", "2")[0] == 1

    def test_json_prints_one_object_per_tenant(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record("T-1")]
        _, out, err = run("ingest", "--all", "--json")
        assert err == ""
        (line,) = out.splitlines()
        told = json.loads(line)
        assert (told["tenant_id"], told["status"], told["new_ingested"]) == ("acme", "completed", 1)

    def test_quiet_prints_nothing_on_success(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record("T-1")]
        assert run("ingest", "--all", "--quiet") == (0, "", "")

    def test_a_dry_run_says_what_would_change_and_changes_nothing(
        self, helpdesk: ScriptedHelpdesk, tenant: Tenant
    ) -> None:
        helpdesk.tickets = [record("T-1"), record("T-2")]
        run("ingest", "--all")
        helpdesk.tickets = [record("T-1", status="closed"), record("T-3"), record("T-4", created_at="soon")]
        status, out, _ = run("ingest", "--all", "--dry-run")
        assert (status, out) == (
            3,
            "acme: dry run: 1 new, 1 updated, 0 unchanged, 1 deleted, 1 rejected. "
            "Rejected: created_at is not a date (1)\n",
        )  # fmt: skip
        assert set(TicketStore(tenant).iterate_live_ids()) == {"T-1", "T-2"}
        assert len(jobs.find_recent(tenant)) == 1

    def test_a_dry_run_reports_deletions_and_their_safety_limit(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(40)]
        run("ingest", "--all")
        helpdesk.tickets = helpdesk.tickets[:20]
        helpdesk.deleted = ["T-39", "T-1", "never-here"]
        _, out, _ = run("ingest", "--all", "--dry-run")
        assert "20 unchanged, 1 deleted. 19 of 39 tickets are no longer listed." in out
        _, out, _ = run("ingest", "--all", "--dry-run", "--confirm-deletions", "--json")
        told = json.loads(out)
        assert (told["deleted"], told["warning"]) == (20, None)

    @pytest.mark.parametrize("option", ["--dry-run", "--check"])
    def test_a_signal_stops_a_command_that_waits_for_the_helpdesk(
        self, option: str, helpdesk: ScriptedHelpdesk
    ) -> None:
        def end_us(_path: str, _query: dict[str, str]) -> Answer:
            os.kill(os.getpid(), signal.SIGTERM)
            return answer({}, 503)

        helpdesk.script = end_us
        before = signal.getsignal(signal.SIGTERM)
        try:
            status, _, err = run("ingest", "--all", option)
        finally:
            signal.signal(signal.SIGTERM, before)
        assert (status, err) == (1, "acme: cancelled: stopped before it finished\n")
        assert len(helpdesk.requests) == 1

    def test_since_without_support_by_the_helpdesk_reads_everything_and_says_so(
        self, helpdesk: ScriptedHelpdesk, caplog: pytest.LogCaptureFixture
    ) -> None:
        helpdesk.tickets = [record("T-1", updated_at="2026-03-10T09:00:00Z")]
        status, out, _ = run("ingest", "--all", "--since", "2026-10-01")
        assert (status, out) == (0, "acme: completed: 1 new, 0 updated, 0 unchanged, 0 deleted\n")
        assert "cannot list only changes" in caplog.text

    def test_ingest_says_that_no_tenant_has_a_helpdesk(self) -> None:
        Source.objects.update(enabled=False)
        assert run("ingest", "--all") == (0, "", "No active tenant has an enabled connection. Nothing to sync.\n")

    def test_ingest_check_connects_to_the_helpdesk(self, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record("T-1")]
        status, out, _ = run("ingest", "--all", "--check")
        assert status == 0 and "1 ticket found" in out
        helpdesk.fail_everything(answer({}, 403))
        status, _, err = run("ingest", "--all", "--check")
        assert status == 1 and "rejected the credentials" in err

    def test_every_command_run_is_logged_with_its_starter(self, helpdesk: ScriptedHelpdesk, tenant: Tenant) -> None:
        run("ingest", "--all")
        helpdesk.fail_everything(answer({}, 404))
        run("ingest", "--all")
        assert [(each["status"], each["started_by"]) for each in jobs.find_recent(tenant)] == [
            ("failed", "manage.py ingest"),
            ("completed", "manage.py ingest"),
        ]


def test_sigterm_stops_the_process_after_a_page_and_keeps_imported_tickets(
    transactional_db: None, tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]
) -> None:
    native_source(helpdesk.url, page_size=1)
    helpdesk.tickets = [record(f"T-{n}") for n in range(1000)]
    process = processes.start(
        "manage.py",
        "ingest",
        "--tenant",
        "acme",
        env=processes.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while helpdesk.pages_read < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "acme: cancelled" in err
    stored = set(TicketStore(tenant).iterate_live_ids())
    assert 3 <= len(stored) < 1000
    (entry,) = jobs.find_recent(tenant)
    assert (entry["status"], entry["counts"]["new_ingested"]) == ("cancelled", len(stored))


@pytest.mark.parametrize(
    "redirection", [">&-", "2>&-", ">/dev/full", "2>/dev/full", "</dev/null >&- 2>&-", "| head -c 0"]
)
def test_a_stored_run_is_complete_even_if_nothing_can_be_printed(
    transactional_db: None,
    tenant: Tenant,
    helpdesk: ScriptedHelpdesk,
    native_source: Callable[..., Source],
    redirection: str,
) -> None:
    native_source(helpdesk.url, page_size=1)
    helpdesk.tickets = [record(f"T-{n}") for n in range(12)]
    script = f'"$0" manage.py ingest --tenant acme {redirection}; exit "${{PIPESTATUS[0]}}"'
    ended = subprocess.run(
        ["bash", "-c", script, sys.executable],
        cwd=processes.ROOT,
        env=processes.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)
    (entry,) = jobs.find_recent(tenant)
    assert (entry["status"], entry["counts"]["new_ingested"]) == ("completed", 12)


class TestSetup:
    def test_tenant_source_and_token_can_be_created_from_the_command_line(
        self, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        User.objects.create_user("ann")
        helpdesk.tickets = [record("T-1", tenant_id="new")]
        monkeypatch.setenv("HELPDESK_KEY", "s3cret")
        assert run("tenant", "create", "new", "--name", "New", "--timezone", "Asia/Kolkata")[0] == 0
        assert run("tenant", "member", "new", "--user", "ann", "--role", "manager")[0] == 0
        added = run(
            "source", "add", "new", "--kind", "native", "--url", helpdesk.url, "--auth", "bearer",
            "--secret-from", "env:HELPDESK_KEY",
        )  # fmt: skip
        assert added[0] == 0 and "manage.py source schedule new --every 15" in added[1]
        assert run("source", "check", "new")[:2] == (0, f"Connected to {helpdesk.url[7:]}. 1 ticket found.\n")
        assert helpdesk.requests[-1][2]["Authorization"] == "Bearer s3cret"
        assert run("ingest", "--tenant", "new")[0] == 0
        status, text, _ = run("token", "create", "--user", "ann", "--tenant", "new", "--role", "manager")
        assert status == 0
        assert ApiToken.objects.get(digest=ApiToken.digest_of(text.strip())).role == "manager"
        assert Membership.objects.get(user__username="ann").role == "manager"

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["tenant", "create", "bad slug", "--name", "x"], "slug"),
            (["tenant", "create", "$x", "--name", "x"], "slug"),
            (["tenant", "create", "acme", "--name", "x"], "slug"),
            (["tenant", "create", "x", "--name", "x", "--timezone", "Mars/Base"], "timezone"),
            (["tenant", "create", "x", "--name", "x", "--retention-days", "1"], "retention_days"),
            (["tenant", "member", "acme", "--user", "nobody"], "User “nobody” does not exist"),
            (["tenant", "member", "nobody", "--user", "x"], "Tenant “nobody” does not exist"),
            (["source", "add", "nobody", "--kind", "native", "--url", "http://x"], "Tenant “nobody” does not exist"),
            (["source", "add", "acme", "--kind", "native", "--url", "ftp://x"], "url"),
            (["source", "add", "acme", "--kind", "native", "--url", "http://u:p@x"], "url"),
            (["source", "add", "acme", "--kind", "rest", "--url", "http://x"], "options"),
            (["source", "add", "acme", "--kind", "rest", "--url", "http://x", "--option", "path"], "K=V"),
            (["source", "add", "acme", "--kind", "native", "--url", "http://x", "--auth", "bearer"], "--secret-from"),
            (["source", "add", "acme", "--kind", "nobody", "--url", "http://x"], "choose from native, rest"),
            (["source", "add", "acme", "--kind", "zendesk", "--url", "http://x"], "Use --option subdomain="),
            (["source", "check", "acme"], "no helpdesk connection"),
            (["source", "schedule", "acme", "--every", "15"], "no helpdesk connection"),
            (["source", "add", "acme", "--kind", "native", "--url", "http://x", "--every", "soon"], "--every"),
            (["source", "add", "acme", "--kind", "native", "--url", "http://x", "--every", "0"], "1 to 10080"),
            (["source", "add", "acme", "--kind", "native", "--url", "http://x", "--every", "10081"], "1 to 10080"),
            (["source", "add", "acme", "--kind", "native", "--url", "http://x", "--every", "8d"], "1 to 10080"),
            (
                [
                    "source",
                    "add",
                    "acme",
                    "--kind",
                    "native",
                    "--url",
                    "http://x",
                    "--auth",
                    "bearer",
                    "--secret-from",
                    "file:/no",
                ],
                "the file /no cannot be read: No such file or directory.",
            ),
            (["token", "create", "--user", "nobody"], "does not exist"),
            (["token", "revoke", "nonsense"], "That token does not exist"),
        ],
    )
    def test_invalid_input_is_reported_as_a_sentence(
        self, tenant: Tenant, arguments: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO())
        status, _, err = run(*arguments)
        assert status != 0
        assert complaint in err

    @pytest.mark.parametrize(
        ("option", "sentence"),
        [
            ("params.sort=id", "count as deleted in the helpdesk (absent=deleted)"),
            ("params.status=open", "are kept, because “status” may filter them out (absent=unknown)"),
            ("absent=unknown", "are kept (absent=unknown)"),
        ],
    )
    def test_adding_a_source_says_how_tickets_missing_from_the_list_are_treated(
        self, option: str, sentence: str, tenant: Tenant
    ) -> None:
        added = run(
            "source", "add", "acme", "--kind", "rest", "--url", "http://127.0.0.1:9", "--option", "path=/t",
            "--option", "fields.id=id", "--option", "fields.created_at=at", "--option", option,
        )  # fmt: skip
        assert added[0] == 0 and sentence in added[1]

    def test_a_token_expires_after_90_days_by_default(self, tenant: Tenant) -> None:
        User.objects.create_user("ann")
        made = run("token", "create", "--user", "ann", "--limit", "5")
        assert "expires on" in made[2]
        token = ApiToken.objects.get()
        assert token.expires_at is not None and (token.expires_at - clock.now()).days in (89, 90)
        assert (token.limit, token.digest) == (5, ApiToken.digest_of(made[1].strip()))
        assert "never expires" in run("token", "create", "--user", "ann", "--never-expires", "--role", "manager")[2]
        for wrong in (["--days", "0"], ["--days", "3651"], ["--limit", "-1"], ["--days", "9", "--never-expires"]):
            assert run("token", "create", "--user", "ann", *wrong)[0] != 0
        first, second = run("token", "list")[1].splitlines()
        assert "all tenants  read  usable  until" in first and "all tenants  run  usable  never expires" in second
        assert run("token", "revoke", str(token.pk))[0] == 0
        assert "not usable" in run("token", "list")[1].splitlines()[0]

    def test_options_describe_a_rest_source(self, tenant: Tenant) -> None:
        assert run(
            "source", "add", "acme", "--kind", "rest", "--url", "http://127.0.0.1:1",
            "--option", "path=/api/tickets", "--option", "fields.id=id", "--option", "fields.created_at=created",
            "--option", 'status_map={"1": "open"}',
        )[0] == 0  # fmt: skip
        assert Source.objects.get().options == {
            "path": "/api/tickets",
            "fields": {"id": "id", "created_at": "created"},
            "status_map": {"1": "open"},
        }

    @pytest.mark.parametrize("name", ["native", "house"])
    def test_the_native_protocol_has_house_as_an_alias(self, name: str, tenant: Tenant) -> None:
        assert run("source", "add", "acme", "--kind", name, "--url", "http://127.0.0.1:1")[0] == 0
        assert Source.objects.get().kind == SourceKind.NATIVE

    def test_a_schedule_can_be_set_changed_and_removed(self, tenant: Tenant) -> None:
        add = ("source", "add", "acme", "--kind", "native", "--url", "http://127.0.0.1:1")
        assert run(*add, "--every", "15")[0] == 0
        assert find_schedules()["acme"].interval == timedelta(minutes=15)
        assert "(syncs every 15 minutes)" in run("source", "list")[1]
        assert run(*add, "--replace")[0] == 0
        assert Source.objects.get().every_minutes == 15
        assert run("source", "schedule", "acme", "--every", "60") == (0, "acme syncs every hour.\n", "")
        assert find_schedules()["acme"].interval == timedelta(hours=1)
        assert run("source", "schedule", "acme", "--every", "off")[1] == "acme syncs only when someone starts it.\n"
        assert (Source.objects.get().every_minutes, find_schedules()) == (None, {})

    @pytest.mark.parametrize(("interval", "minutes"), [("15m", 15), ("2h", 120), ("1d", 1440)])
    def test_an_interval_may_have_a_unit(self, interval: str, minutes: int, tenant: Tenant) -> None:
        add = ("source", "add", "acme", "--kind", "native", "--url", "http://127.0.0.1:1", "--schedule", interval)
        assert run(*add)[0] == 0
        assert Source.objects.get().every_minutes == minutes

    def test_a_connection_can_be_tried_before_it_is_stored(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record("T-1", subject="Is it there?")]
        add = ("source", "add", "acme", "--kind", "native", "--dry-run", "--url")
        status, said, _ = run(*add, helpdesk.url)
        assert status == 0 and "Ticket T-1: Is it there?" in said and "Nothing was stored." in said
        assert run(*add, "http://127.0.0.1:1")[0] == 1
        assert run(*add, "ftp://x")[0] == 1
        assert not Source.objects.exists()
        assert run("source", "list", "acme")[1].startswith("acme has no helpdesk connection.")

    def test_ensure_indexes_can_run_repeatedly(self) -> None:
        assert run("ensure_indexes") == run("ensure_indexes")
        assert "indexes exist" in run("ensure_indexes")[1]
