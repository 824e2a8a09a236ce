"""Tickets of one helpdesk are never mistaken for another's, nor for those of a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import record, source_page, store_tickets
from tests.commands import run
from tests.helpdesk import ScriptedHelpdesk
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion import name_spaces
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest
from tickets.store import quarantine
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def store(tenant: Tenant) -> TicketStore:
    return TicketStore(tenant)


@pytest.fixture
def second() -> Iterator[ScriptedHelpdesk]:
    """Another helpdesk, which numbers its tickets as the first one does."""
    with ScriptedHelpdesk() as scripted:
        scripted.tickets = [record(f"T-{n}", subject="Second") for n in range(1, 4)]
        yield scripted


@pytest.fixture(autouse=True)
def first(helpdesk: ScriptedHelpdesk) -> ScriptedHelpdesk:
    helpdesk.tickets = [record(f"T-{n}", subject="First") for n in range(1, 6)]
    return helpdesk


def add(url: str, *more: str, kind: str = "house") -> tuple[int, str, str]:
    return run("source", "add", "acme", "--kind", kind, "--url", url, *more)


def subjects(tenant: Tenant, **match: Any) -> dict[str, str]:
    found = mongo.collection("tickets").find({"tenant_id": tenant.slug, "is_deleted": False, **match})
    return {each["external_id"]: each["subject"] for each in found}


FIRST = {f"T-{n}": "First" for n in range(1, 6)}


def ingest(*options: str) -> str:
    status, out, err = run("ingest", "--all", *options)
    assert status == 0, err
    return out


def write(tmp_path: Path, name: str, records: list[dict[str, Any]]) -> str:
    path = tmp_path / name
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    return str(path)


class TestSwitchingHelpdesks:
    def test_the_former_ones_tickets_stay_and_the_new_ones_ids_begin_with_its_name(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        status, out, _ = add(second.url, "--replace", "--name", "second")
        assert status == 0
        assert "the 5 tickets of “native” stay as they are and are no longer synced" in out
        assert "The ids of its tickets start with “second:”" in out
        for _ in range(2):
            assert "0 deleted" in ingest()
        assert subjects(tenant) == {**FIRST, **{f"second:T-{n}": "Second" for n in range(1, 4)}}
        stored = mongo.collection("tickets").find_one({"external_id": "second:T-1"})
        assert stored is not None and stored["connection"] == "second"

    def test_without_a_name_it_is_called_as_its_kind_with_a_number(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace")
        ingest()
        assert Source.objects.get().name == "native-2"
        assert subjects(tenant)["native-2:T-1"] == "Second"

    def test_a_deletion_in_one_helpdesk_deletes_nothing_of_the_other(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace", "--name", "second")
        ingest()
        second.tickets = second.tickets[:2]
        second.deleted = ["T-3", "T-5"]
        assert "1 deleted" in ingest("--dry-run")
        assert "1 deleted" in ingest()
        assert subjects(tenant) == {**FIRST, "second:T-1": "Second", "second:T-2": "Second"}

    def test_back_at_the_former_one_its_tickets_are_found(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace", "--name", "second")
        ingest()
        first.tickets[0] = record("T-1", subject="Changed", updated_at="2026-03-10T10:00:00Z")
        first.tickets.pop()
        add(first.url, "--replace")
        assert "1 updated, 3 unchanged, 1 deleted" in ingest()
        assert subjects(tenant)["T-1"] == "Changed"
        assert subjects(tenant)["second:T-1"] == "Second"

    def test_a_source_removed_and_another_connected_are_two_helpdesks(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        run("source", "remove", "acme")
        add(second.url)
        ingest()
        assert subjects(tenant) == {**FIRST, **{f"native-2:T-{n}": "Second" for n in range(1, 4)}}
        run("source", "remove", "acme")
        add(first.url)
        assert "5 unchanged" in ingest()

    def test_the_same_server_of_another_kind_is_another_helpdesk(self, tenant: Tenant, first: ScriptedHelpdesk) -> None:
        add(first.url)
        ingest()
        options = ["--option", "path=/external/support-tickets", "--option", "records=tickets", "--option",
                   "size_param=page_size", "--option", "fields.id=id", "--option", "fields.created_at=created_at"]  # fmt: skip
        add(first.url, "--replace", "--same-helpdesk", *options, kind="rest")
        ingest()
        assert subjects(tenant).keys() == FIRST.keys()
        add(first.url.replace("127.0.0.1", "localhost"), "--replace", *options, kind="rest")
        ingest()
        assert subjects(tenant).keys() == {*FIRST, *(f"rest:{id_}" for id_ in FIRST)}

    def test_a_first_address_that_was_mistyped_takes_no_ids(self, tenant: Tenant, first: ScriptedHelpdesk) -> None:
        add("http://127.0.0.1:9")
        assert run("ingest", "--all")[0] == 1
        status, out, _ = add(first.url, "--replace")
        assert (status, "begin with" in out) == (0, False)
        ingest()
        assert subjects(tenant) == FIRST

    def test_a_connection_without_tickets_keeps_its_name_at_another_address(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        add(f"{second.url.replace('127.0.0.1', 'localhost')}", "--name", "shop")
        shop = Source.objects.get(name="shop")
        shop.url = second.url
        name_spaces.choose_name(shop, is_same=False)
        shop.save()
        ingest()
        assert subjects(tenant) == FIRST | {f"shop:T-{n}": "Second" for n in range(1, 4)}
        assert {each["name"] for each in mongo.collection("name_spaces").find()} == {"native", "shop"}

    def test_what_was_stored_by_an_older_version_is_the_first_connections(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk, native_source: Callable[..., Source]
    ) -> None:
        store_tickets(tenant, first.tickets)
        mongo.collection("tickets").update_many({}, {"$unset": {"mapping": "", "connection": ""}})
        native_source(first.url)
        add(second.url, "--replace")
        ingest()
        assert subjects(tenant, connection=None) == FIRST
        assert subjects(tenant)["native-2:T-1"] == "Second"

    def test_an_id_that_looks_like_another_connections_is_rejected(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace", "--name", "second")
        ingest()
        first.tickets.append(record("second:T-1", subject="No"))
        first.deleted = ["second:T-2"]
        add(first.url, "--replace")
        status, _, err = run("ingest", "--all")
        assert status == 3 and "0 deleted, 1 rejected" in err
        assert {subjects(tenant)[f"second:T-{n}"] for n in (1, 2)} == {"Second"}

    def test_a_name_that_tickets_begin_with_already_is_not_given(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        first.tickets.append(record("native-2:T-1", subject="By chance"))
        add(first.url)
        ingest()
        add(second.url, "--replace")
        ingest()
        assert subjects(tenant)["native-2:T-1"] == "By chance"
        assert subjects(tenant)["native-3:T-1"] == "Second"


class TestMovingAHelpdesk:
    def test_a_moved_helpdesk_keeps_its_tickets_when_a_person_says_it_is_the_same(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        second.tickets = [record("T-1", subject="Moved", updated_at="2026-03-10T10:00:00Z"), *first.tickets[1:]]
        assert "begin with" not in add(second.url, "--replace", "--same-helpdesk")[1]
        assert "0 new, 1 updated, 4 unchanged, 0 deleted" in ingest()
        assert subjects(tenant) == {**FIRST, "T-1": "Moved"}

    def test_a_moved_helpdesk_can_be_identified_as_the_same_later(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace")
        second.tickets[0] |= {"subject": "Moved"}
        ingest()
        assert subjects(tenant).keys() == {*FIRST, *(f"native-2:T-{n}" for n in range(1, 4))}
        second.tickets = [*second.tickets[:2], *first.tickets[2:]]
        assert add(second.url, "--replace", "--same-helpdesk", "--name", "native")[0] == 0
        assert "3 deleted" in ingest(), "the three that were read twice in the meantime"
        assert subjects(tenant) == {**FIRST, "T-1": "Moved", "T-2": "Second"}
        assert "0 deleted" in ingest()

    def test_another_path_or_https_on_the_same_server_is_the_same_helpdesk(self, tenant: Tenant) -> None:
        source = Source(tenant=tenant, kind="rest", url="http://Help.example.com/a")
        for url in ("https://help.example.com/b", "https://help.example.com:443", "http://help.example.com.:80/x/"):
            other = Source(tenant=tenant, kind="rest", url=url)
            assert name_spaces.helpdesk_of(other) == name_spaces.helpdesk_of(source)
        for url in ("https://help2.example.com", "https://help.example.com:8443"):
            other = Source(tenant=tenant, kind="rest", url=url)
            assert name_spaces.helpdesk_of(other) != name_spaces.helpdesk_of(source)

    def test_an_address_that_supportsaas_changes_itself_is_the_same_helpdesk(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk, native_source: Callable[..., Source]
    ) -> None:
        native_source(first.url)
        ingest()
        Source.objects.filter(tenant=tenant).update(url=second.url)
        ingest()
        assert subjects(tenant) == {f"T-{n}": "Second" for n in range(1, 4)}

    def test_the_name_of_another_helpdesk_is_rejected(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url, "--name", "desk")
        ingest()
        run("source", "remove", "acme")
        status, _, err = add(second.url, "--name", "desk")
        assert status == 1 and "“desk” is the name of another helpdesk" in err
        assert Source.objects.count() == 0
        assert "name: Use letters" in add(second.url, "--name", "a:b")[2]


class TestThePages:
    @pytest.fixture
    def admin(self, owner: User, client_of: Callable[[User], Client]) -> Client:
        return client_of(owner)

    @staticmethod
    def form(url: str, **values: str) -> dict[str, str]:
        return {"kind": "house", "url": url, "auth": "none", "auth_name": "", "secret": "", "page_size": "100",
                "every_minutes": "", "enabled": "on", **values}  # fmt: skip

    def test_another_host_is_another_helpdesk_unless_a_person_says_otherwise(
        self, admin: Client, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        assert 'name="helpdesk"' not in admin.get(source_page()).content.decode()
        admin.post(source_page(), self.form(first.url))
        ingest()
        html = admin.get(source_page()).content.decode()
        assert "The same helpdesk at a new URL" in html
        saved = admin.post(source_page(), self.form(second.url, helpdesk="another"), follow=True)
        said = " ".join(str(each) for each in saved.context["messages"])
        assert "the 5 tickets of “native” stay" in said and "start with “native-2:”" in said
        ingest()
        assert subjects(tenant)["T-1"] == "First"
        assert subjects(tenant)["native-2:T-1"] == "Second"

    def test_a_helpdesk_that_is_saved_as_the_same_keeps_its_tickets(
        self, admin: Client, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        admin.post(source_page(), self.form(first.url))
        ingest()
        admin.post(source_page(), self.form(second.url, helpdesk="same"))
        ingest()
        assert subjects(tenant).keys() == {"T-1", "T-2", "T-3"}
        assert subjects(tenant)["T-1"] == "Second"

    def test_a_choice_that_was_wrong_is_put_right(
        self, admin: Client, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        admin.post(source_page(), self.form(first.url))
        ingest()
        saved = admin.post(source_page(), self.form(second.url), follow=True)
        said = " ".join(str(each) for each in saved.context["messages"])
        assert "choose “The helpdesk of native” below and save again" in said
        assert '<option value="same:native">The helpdesk of native</option>' in saved.content.decode()
        ingest()
        admin.post(source_page(), self.form(second.url, helpdesk="same:native"))
        ingest()
        assert subjects(tenant)["T-1"] == "Second"
        assert admin.post(source_page(), self.form(second.url, helpdesk="same:globex")).status_code == 422

    def test_another_host_in_the_admin_is_another_helpdesk(
        self, superuser: User, client_of: Callable[[User], Client], tenant: Tenant, first: ScriptedHelpdesk,
        second: ScriptedHelpdesk,
    ) -> None:  # fmt: skip
        staff = client_of(superuser)
        form = {**self.form(first.url), "tenant": str(tenant.pk), "options": "{}", "initial-options": "{}"}
        staff.post("/admin/tenants/source/add/", form)
        ingest()
        source = Source.objects.get()
        change = f"/admin/tenants/source/{source.pk}/change/"
        assert staff.post(change, {**form, "url": second.url}).status_code == 302
        ingest()
        assert {*subjects(tenant)} == {*FIRST, *(f"native-2:T-{n}" for n in range(1, 4))}

    def test_pages_api_and_exports_take_ids_with_a_name(
        self, admin: Client, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace", "--name", "second")
        second.tickets = [record("a/b c?#", subject="Odd")]
        ingest()
        listed = admin.get("/t/acme/tickets/", {"q": "second:a/b"}).content.decode()
        assert 'href="/t/acme/tickets/second:a/b%20c%3F%23/' in admin.get("/t/acme/tickets/").content.decode()
        assert listed
        assert "Odd" in admin.get("/t/acme/tickets/second:a/b%20c%3F%23/").content.decode()
        one = admin.get("/tickets/second:a/b%20c%3F%23?tenant_id=acme").json()
        assert (one["external_id"], one["subject"]) == ("second:a/b c?#", "Odd")
        entries = admin.get("/tickets/second:a/b%20c%3F%23/history?tenant_id=acme").json()
        assert [each["action"] for each in entries["history"]] == ["created"]
        exported = b"".join(admin.get("/t/acme/export/tickets/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert "second:a/b c?#" in exported


class TestImports:
    ROWS = tuple(record(f"T-{n}", subject="Old") for n in range(1, 4))

    def test_beside_a_connection_ids_begin_with_the_files_name(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        add(first.url)
        ingest()
        path = write(tmp_path, "old.jsonl", list(self.ROWS))
        assert "3 new" in run("import_tickets", "acme", path, "--dry-run")[1]
        assert "3 new" in run("import_tickets", "acme", path)[1]
        assert "3 unchanged" in run("import_tickets", "acme", path)[1]
        for _ in range(2):
            assert "5 unchanged, 0 deleted" in ingest()
        assert subjects(tenant) == {**FIRST, **{f"old.jsonl:T-{n}": "Old" for n in range(1, 4)}}

    def test_imported_ids_begin_with_the_name_that_is_given(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        add(first.url)
        for file in ("a.jsonl", "b.jsonl"):
            run("import_tickets", "acme", write(tmp_path, file, list(self.ROWS)), "--name", "archive")
        assert subjects(tenant).keys() == {f"archive:T-{n}" for n in range(1, 4)}

    def test_a_name_is_made_of_whatever_the_file_is_called(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        add(first.url)
        assert (
            run("import_tickets", "acme", write(tmp_path, "Käufe: 2/3 (alt).jsonl".replace("/", "_"), list(self.ROWS)))[
                0
            ]
            == 0
        )
        assert "Käufe-2_3-alt-.jsonl:T-1" in subjects(tenant)

    def test_without_any_connection_ids_stay_as_they_are(self, tenant: Tenant, tmp_path: Path) -> None:
        path = write(tmp_path, "old.jsonl", list(self.ROWS))
        run("import_tickets", "acme", path)
        assert subjects(tenant).keys() == {"T-1", "T-2", "T-3"}
        assert "3 unchanged" in run("import_tickets", "acme", path)[1]

    def test_a_helpdesk_connected_later_is_not_the_files(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        path = write(tmp_path, "old.jsonl", list(self.ROWS))
        run("import_tickets", "acme", path)
        assert "start with “native:”" in add(first.url)[1]
        ingest()
        ingest()
        old = {f"T-{n}": "Old" for n in range(1, 4)}
        assert subjects(tenant) == {**old, **{f"native:{id_}": "First" for id_ in FIRST}}
        assert "3 unchanged" in run("import_tickets", "acme", path)[1], "the same file is the same import"

    def test_unless_the_user_says_that_the_file_came_from_it(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        run("import_tickets", "acme", write(tmp_path, "old.jsonl", list(self.ROWS)))
        add(first.url, "--same-helpdesk")
        first.tickets = [record(f"T-{n}", subject="First", updated_at="2026-03-10T10:00:00Z") for n in range(1, 6)]
        assert "2 new, 3 updated" in ingest()
        assert subjects(tenant) == FIRST

    def test_after_a_source_was_removed_a_file_keeps_off_its_ids(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        add(first.url)
        ingest()
        run("source", "remove", "acme")
        run("import_tickets", "acme", write(tmp_path, "old.jsonl", list(self.ROWS)))
        assert subjects(tenant) == {**FIRST, **{f"old.jsonl:T-{n}": "Old" for n in range(1, 4)}}

    def test_into_a_connection_only_newer_rows_count_and_nothing_deleted_comes_back(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path, store: TicketStore
    ) -> None:
        add(first.url, "--name", "desk")
        first.tickets.append(record("T-9"))
        ingest()
        first.tickets.pop()
        assert "1 deleted" in ingest()
        rows = [
            record("T-1", subject="Older", updated_at="2026-03-10T08:59:00Z"),
            record("T-2", subject="Newer", updated_at="2026-03-10T10:00:00Z"),
            record("T-9", subject="Deleted"),
            record("T-10", subject="Archived"),
        ]
        path = write(tmp_path, "old.jsonl", rows)
        assert "1 new, 1 updated, 2 unchanged" in run("import_tickets", "acme", path, "--into", "desk")[1]
        assert subjects(tenant) == {**FIRST, "T-2": "Newer", "T-10": "Archived"}
        assert "0 deleted" in ingest(), "the helpdesk never listed T-10"
        assert subjects(tenant)["T-2"] == "First", "what the helpdesk itself says counts"
        assert "T-10" in subjects(tenant)
        late = record("T-9", subject="Late", updated_at="2100-01-01T00:00:00Z")
        assert "1 restored" in run("import_tickets", "acme", write(tmp_path, "late.jsonl", [late]), "--into", "desk")[1]

    def test_a_dry_run_makes_no_name_space(
        self, tenant: Tenant, first: ScriptedHelpdesk, native_source: Callable[..., Source], tmp_path: Path
    ) -> None:
        native_source(first.url)
        path = write(tmp_path, "old.jsonl", list(self.ROWS))
        for options in ([], ["--into", "native"], ["--name", "x"]):
            assert "3 new" in run("import_tickets", "acme", path, "--dry-run", *options)[1]
        assert mongo.collection("name_spaces").count_documents({}) == 0

    def test_into_a_further_connection_ids_get_its_name(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace", "--name", "second")
        path = write(tmp_path, "old.jsonl", [record("T-1", subject="Old"), record("T-9", subject="Old")])
        run("import_tickets", "acme", path, "--into", "second")
        run("import_tickets", "acme", path, "--into", "native")
        assert {subjects(tenant)[id_] for id_ in ("second:T-1", "second:T-9", "T-9")} == {"Old"}

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (["--into", "nothing"], "acme has no connection “nothing”. Connections: native."),
            (
                ["--name", "native"],
                "“native” is a connection of acme. To import a file of that helpdesk: --into native",
            ),
            (["--name", "a:b"], "--name takes letters"),
            (["--name", "a/b"], "--name takes letters"),
        ],
    )
    def test_wrong_names_are_2_with_a_sentence(
        self, options: list[str], complaint: str, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path
    ) -> None:
        add(first.url)
        ingest()
        status, _, err = run("import_tickets", "acme", write(tmp_path, "x.jsonl", list(self.ROWS)), *options)
        assert status == 2 and complaint in err
        assert subjects(tenant) == FIRST


class TestQuarantine:
    def test_a_rejected_row_tried_again_stays_in_its_imports_name_space(
        self, tenant: Tenant, first: ScriptedHelpdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(first.url)
        ingest()
        with monkeypatch.context() as strict:
            strict.setattr("tickets.records.normalize.LONGEST_ID", 0)
            run("import_tickets", "acme", write(tmp_path, "old.jsonl", [record("T-1", subject="Old")]))
        (kept,) = quarantine.find_page(tenant).records
        assert kept["external_id"] == "old.jsonl:T-1"
        self.retry(tenant)
        assert subjects(tenant) == {**FIRST, "old.jsonl:T-1": "Old"}
        assert quarantine.count_records(tenant) == 0

    def test_a_rejected_record_of_a_further_connection_too(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(first.url)
        ingest()
        add(second.url, "--replace", "--name", "second")
        with monkeypatch.context() as strict:
            strict.setattr("tickets.records.normalize.LONGEST_ID", 0)
            assert run("ingest", "--all")[0] == 3
        self.retry(tenant)
        assert subjects(tenant) == {**FIRST, **{f"second:T-{n}": "Second" for n in range(1, 4)}}

    def test_one_of_a_former_helpdesk_stays_and_is_not_read_as_the_new_ones(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        first.tickets.append(record("T-6", created_at="soon"))
        add(first.url)
        assert run("ingest", "--all")[0] == 3
        add(second.url, "--replace", "--name", "second")
        second.tickets.append(record("T-6"))
        ingest()
        assert quarantine.count_records(tenant) == 1, "the second helpdesk's T-6 is another ticket"
        self.retry(tenant)
        assert quarantine.count_records(tenant) == 1
        assert "T-6" not in subjects(tenant)

    @staticmethod
    def retry(tenant: Tenant) -> None:
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="max", kind="retry"))
        assert Worker().run_pending() == 1
