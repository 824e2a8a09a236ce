"""Startup: strict environment variables, the bundled MongoDB, and the demo as a real process."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from pymongo import MongoClient

from supportsaas.ops import child_process, embedded_mongod
from supportsaas.ops.embedded_mongod import EmbeddedMongod, MongodUnavailable
from tests import processes

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "MONGODB_URI": "mongodb://127.0.0.1:9/",
    "SECRET_KEY": "x" * 60,
    "ENCRYPTION_KEY": Fernet.generate_key().decode(),
}


def manage(*arguments: str, data_dir: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    whole = {**plain, "SUPPORTSAAS_DATA_DIR": str(data_dir), **environment}
    return processes.run("manage.py", *arguments, anew=True, env=whole)


def test_no_process_looks_for_a_geographic_library() -> None:
    """The search would take most of the start-up time of a command."""
    start = "import subprocess; subprocess.Popen = None; import django; django.setup()"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "supportsaas.settings"}
    subprocess.run([sys.executable, "-c", start], cwd=ROOT, env=environment, check=True, timeout=60)


def test_a_command_that_ingests_imports_no_pages() -> None:
    """Together they would take a tenth of the memory that a run may take."""
    ingest = (
        "import sys; from django.core.management import execute_from_command_line as run\n"
        "try: run(['manage.py', 'ingest', '--all', '--workers', '0'])\n"
        "except SystemExit: pass\n"
        "pages = {'supportsaas.urls', 'supportsaas.api', 'tickets.admin', 'tickets.views', 'analytics.views'}\n"
        "print(sorted(sys.modules.keys() & pages | sys.modules.keys() & {'ninja', 'jinja2', 'numpy'}))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "supportsaas.settings"}
    ended = processes.run("-c", ingest, anew=True, env=environment)
    assert (ended.stdout.strip(), ended.stderr.strip()) == ("[]", "error: --workers must be from 1 to 32.")


class TestEnvironment:
    @pytest.mark.parametrize(
        ("wrong", "complaint"),
        [
            ({"MONGODB_URI": ""}, "MONGODB_URI is not set"),
            ({"MONGODB_URI": "postgres://x"}, "MONGODB_URI must start with mongodb://"),
            ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
            ({"ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY is not set"),
            ({"ENCRYPTION_KEY": "short"}, "ENCRYPTION_KEY must be one or more Fernet keys"),
            ({"PORT": "eighty"}, "PORT must be a whole number from 1 to 65535, not 'eighty'"),
            ({"PORT": "70000"}, "PORT must be a whole number"),
            ({"DEBUG": "maybe"}, "DEBUG must be 1 or 0"),
            ({"ALLOWED_HOSTS": "a,,b"}, "ALLOWED_HOSTS must be a comma-separated list"),
            ({"SUPPORTSAAS_DATA_DIR": str(ROOT / "manage.py")}, "SUPPORTSAAS_DATA_DIR must be a directory"),
            ({"RATE_LIMIT_REQUESTS": "-1"}, "RATE_LIMIT_REQUESTS must be a whole number"),
        ],
    )
    def test_an_invalid_environment_variable_is_one_clear_line(
        self, wrong: dict[str, str], complaint: str, tmp_path: Path
    ) -> None:
        environment = {"SUPPORTSAAS_DATA_DIR": str(tmp_path), **GOOD, **wrong}
        ended = manage("check", data_dir=Path(environment.pop("SUPPORTSAAS_DATA_DIR")), **environment)
        assert ended.returncode == 2
        assert complaint in ended.stderr
        assert ended.stderr.startswith("error: ") and ended.stderr.count("\n") == 1

    def test_valid_environment_variables_pass(self, tmp_path: Path) -> None:
        assert manage("check", data_dir=tmp_path, **GOOD).returncode == 0

    def test_an_unreachable_database_is_a_sentence_for_cron(self, tmp_path: Path) -> None:
        ended = manage("ingest", "--all", data_dir=tmp_path, **GOOD)
        assert ended.returncode == 1
        assert ended.stderr.startswith("error: The database is not reachable")


class TestEmbeddedMongod:
    def test_the_bundled_mongod_takes_transactions_and_ends_cleanly(self, tmp_path: Path) -> None:
        with EmbeddedMongod(directory=tmp_path) as mongod, MongoClient[dict[str, Any]](mongod.uri) as client:
            with client.start_session() as session:
                session.with_transaction(lambda s: client.test.things.insert_one({"a": 1}, session=s))
            assert client.test.things.count_documents({}) == 1
        assert not child_process.port_is_taken(mongod.port)

    def test_the_bundled_mongod_keeps_its_data_after_a_restart_and_a_kill(self, tmp_path: Path) -> None:
        mongod = EmbeddedMongod(directory=tmp_path)
        for number, end in enumerate((mongod.stop, mongod.kill, mongod.stop)):
            mongod.start()
            with MongoClient[dict[str, Any]](mongod.uri) as client:
                majority = client.test.get_collection("things")
                assert majority.count_documents({}) == number
                client.test.command(
                    {"insert": "things", "documents": [{}], "writeConcern": {"w": "majority", "j": True}}
                )
            end()

    def test_a_second_mongod_on_the_same_files_is_reported(self, tmp_path: Path) -> None:
        with EmbeddedMongod(directory=tmp_path), pytest.raises(MongodUnavailable, match="is using"):
            EmbeddedMongod(directory=tmp_path).start()

    def test_a_mongod_port_in_use_is_reported(self, tmp_path: Path) -> None:
        with (
            EmbeddedMongod(directory=tmp_path / "one") as first,
            pytest.raises(MongodUnavailable, match=rf"Port {first.port} .* is in use"),
        ):
            EmbeddedMongod(directory=tmp_path / "two", port=first.port).start()

    def test_a_missing_library_names_the_package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        broken = tmp_path / "fiftyone" / "db" / "bin" / "mongod"
        broken.parent.mkdir(parents=True)
        broken.write_text(
            "#!/bin/sh\n"
            "echo 'mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file' >&2\n"
            "exit 127\n"
        )

        class Spec:
            submodule_search_locations = (str(tmp_path / "fiftyone"),)

        monkeypatch.setattr("importlib.util.find_spec", lambda _name: Spec)
        with pytest.raises(MongodUnavailable, match="apt-get install libcurl4"):
            embedded_mongod.find_binary()

    def test_a_missing_mongod_wheel_is_an_error_with_advice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
        with pytest.raises(MongodUnavailable, match="set MONGODB_URI"):
            embedded_mongod.find_binary()


class Demo:
    """`manage.py demo` as a process with its own interpreter, and its output."""

    def __init__(self, data_dir: Path) -> None:
        self.port = child_process.free_port()
        self.data_dir = data_dir
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {**plain, "SUPPORTSAAS_DATA_DIR": str(data_dir), "PORT": str(self.port)}
        self.output = data_dir.parent / "demo.out"
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--helpdesk-port", str(child_process.free_port())],
                cwd=ROOT, env=self.environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, pattern: str, *, count: int = 1, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while len(re.findall(pattern, self.output.read_text())) < count:
            assert self.process.poll() is None and time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture(scope="class")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo") / "var")
    running.wait_for(r"tenant_[abcd]: completed", count=4)
    yield running
    if running.process.poll() is None:
        running.interrupt()


class TestDemo:
    def test_a_first_ingestion_of_every_tenant_is_complete(self, demo: Demo) -> None:
        assert len(re.findall(r"tenant_[abcd]: completed", demo.output.read_text())) >= 4
        assert f"{demo.url}/" in demo.output.read_text()

    def test_the_printed_password_opens_a_dashboard_with_data(self, demo: Demo) -> None:
        found = re.search(r"manager +(\S+)", demo.output.read_text())
        assert found is not None
        with httpx.Client(base_url=demo.url, follow_redirects=True) as browser:
            page = browser.get("/login/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token is not None
            form = {"csrfmiddlewaretoken": token[1], "username": "manager", "password": found[1]}
            assert "Alder Shop" in browser.post("/login/", data=form, headers={"Referer": demo.url}).text
            dashboard = browser.get("/t/tenant_a/?period=30d")
            assert dashboard.status_code == 200
            assert "<svg" in dashboard.text
            assert "Syncs every 5 minutes" in browser.get("/t/tenant_a/ingestion/").text
            assert browser.get("/tickets", params={"tenant_id": "tenant_a"}).json()["total"] >= 900
            assert browser.get("/tickets", params={"tenant_id": "tenant_d"}).status_code == 404

    def test_a_second_terminal_works_on_the_demos_data(self, demo: Demo) -> None:
        skipped = 4
        for _ in range(10):  # the demo's schedule may be reading the tenant at this very moment
            ended = processes.run("manage.py", "ingest", "--tenant", "tenant_d", "--json", env=demo.environment)
            if ended.returncode != skipped:
                break
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["unchanged"] >= 250

    def test_the_demo_reports_a_port_in_use_before_it_starts_anything(self, demo: Demo, tmp_path: Path) -> None:
        ended = manage("demo", data_dir=tmp_path, PORT=str(demo.port))
        assert ended.returncode == 1
        assert f"Port {demo.port} is in use" in ended.stderr

    def test_the_demos_secrets_are_readable_by_the_owner_alone(self, demo: Demo) -> None:
        assert (demo.data_dir / "demo.json").stat().st_mode & 0o077 == 0

    def test_ctrl_c_stops_the_demo_and_exits_with_0(self, demo: Demo) -> None:
        group = _processes_with(str(demo.data_dir))
        assert group, "the demo's processes are found by their data directory"
        assert demo.interrupt() == 0
        assert _processes_with(str(demo.data_dir)) == set()
        assert not child_process.port_is_taken(demo.port)
        assert "Traceback" not in demo.output.read_text()
        for log in (demo.data_dir / "log").iterdir():
            assert "Traceback" not in log.read_text()


def _processes_with(text: str) -> set[int]:
    """Processes with the text in their command line or environment."""
    found = set()
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            whole = (directory / "cmdline").read_bytes() + (directory / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in whole and int(directory.name) != os.getpid():
            found.add(int(directory.name))
    return found
