"""The documents are true: settings, commands, links and the container files are what they say."""

import re
import tomllib
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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_to_a_heading_lead_to_one(document: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", document.read_text()):
        headings = re.findall(r"^#+ (.+)$", (document.parent / target if target else document).read_text(), re.M)
        assert anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}, target + anchor


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_files_that_documents_name_exist(document: Path) -> None:
    folders = "|".join((*OURS, "templates", "static", "tests", "benchmarks", "deploy", "docs", "script"))
    paths = set(re.findall(rf"`((?:{folders})/[\w./-]+)`", document.read_text()))
    assert [each for each in sorted(paths) if "NAME" not in each and not (ROOT / each).exists()] == []


def test_the_scripts_that_documents_name_exist_and_can_be_run() -> None:
    for name in set(re.findall(r"script/[a-z-]+", read("README.md", "CONTRIBUTING.md"))):
        assert (ROOT / name).stat().st_mode & 0o111, name


def test_the_files_and_names_in_the_contributing_guide_exist() -> None:
    guide = read("CONTRIBUTING.md")
    paths = {each for each in re.findall(r"`([\w.-]+/[\w./-]+)`", guide) if "NAME" not in each}
    assert len(paths) > 20
    assert [each for each in sorted(paths) if not (ROOT / each).exists()] == []
    for name, path in re.findall(r"`(\w+)`\s+in\s+`([\w/]+\.py)`", guide):
        assert re.search(rf"\b{name}\b", read(path)), f"{path} has no {name}"


class TestContainers:
    """What a person who runs `docker compose up` relies on."""

    COMPOSE = yaml.safe_load(read("docker-compose.yml"))
    SERVICES = COMPOSE["services"]
    ENVIRONMENT = COMPOSE["x-app"]["environment"]

    def test_the_services_run_commands_that_exist(self) -> None:
        words = ", ".join(word for service in self.SERVICES.values() for word in service["command"])
        commands = set(re.findall(r"manage\.py,? (\w+)", words))
        assert {"worker", "migrate"} <= commands <= set(get_commands())

    def test_the_simulated_helpdesk_starts_only_when_asked_for(self) -> None:
        assert self.SERVICES["helpdesk"]["profiles"] == ["demo"]

    def test_the_data_outlives_the_containers(self) -> None:
        volumes = [volume.split(":") for volume in self.SERVICES["mongo"]["volumes"]]
        assert [name for name, place, *_ in volumes if place == "/data/db"] == list(self.COMPOSE["volumes"])

    def test_every_setting_can_be_set_from_outside(self) -> None:
        of_the_image = {"SUPPORTSAAS_DATA_DIR"}
        of_the_web_server_itself = {"PROMETHEUS_MULTIPROC_DIR", "WEB_WORKER_SLOT"}
        of_the_proxy = {"PORT"}
        missing = documented_settings() - set(self.ENVIRONMENT)
        assert missing == of_the_image | of_the_web_server_itself | of_the_proxy
        fixed = {name for name, value in self.ENVIRONMENT.items() if "${" + name + ":" not in str(value)}
        assert fixed == {"HOST", "MONGODB_URI"}

    def test_only_the_proxy_is_reached_from_outside(self) -> None:
        assert [name for name, service in self.SERVICES.items() if "ports" in service] == ["proxy"]

    def test_every_service_has_a_limit_of_memory(self) -> None:
        assert [name for name, service in self.SERVICES.items() if "mem_limit" not in service] == []

    def test_no_secret_has_a_default(self) -> None:
        text = read("docker-compose.yml")
        for name in ("SECRET_KEY", "ENCRYPTION_KEY", "MONGODB_PASSWORD"):
            uses = re.findall(r"\$\{" + name + r"[^}]*\}", text)
            assert uses and all(each.startswith("${" + name + ":?") for each in uses), name

    def test_the_container_runs_as_a_user_who_does_not_own_the_code(self) -> None:
        steps = read("Dockerfile")
        assert re.findall(r"^USER (\S+)", steps, re.M)[-1] not in ("root", "0")
        assert re.findall(r"^COPY .*--chown", steps, re.M) == []

    def test_the_container_installs_no_mongodb(self) -> None:
        installed = re.findall(r"--requirement (\S+)", read("Dockerfile"))
        assert installed and "fiftyone" not in read(*installed)


def pinned(requirements: str) -> set[str]:
    """The packages of a file that pip installs with hashes; what is not pinned so fails."""
    entries = re.sub(r"\s*#.*", "", requirements).replace("\\\n", " ").splitlines()
    for entry in filter(None, map(str.strip, entries)):
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9]\S*( ;[^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+", entry), entry
    return {entry.split("==")[0] for entry in entries if entry.strip()}


PROJECT = tomllib.loads(read("pyproject.toml"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def names(requirements: list[str]) -> set[str]:
    """The packages they ask for, in the spelling of the pinned files."""
    return {re.split(r"[^A-Za-z0-9_.-]", each, maxsplit=1)[0].lower() for each in requirements} - {PROJECT["name"]}


@pytest.mark.parametrize(
    ("file", "requirements"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-demo.txt", [*PROJECT["dependencies"], *EXTRAS["demo"]]),
        ("requirements-dev.txt", [*PROJECT["dependencies"], *EXTRAS["demo"], *EXTRAS["dev"]]),
    ],
)
def test_every_dependency_is_pinned_with_hashes(file: str, requirements: list[str]) -> None:
    assert names(requirements) <= pinned(read(file))
    assert "http" not in re.sub(r"\bhttp(x|core|tools)\b", "", read(file)), "it names no package index"


def test_what_only_tests_need_is_not_installed_in_production() -> None:
    assert names(EXTRAS["dev"]).isdisjoint(pinned(read("requirements.txt")) | pinned(read("requirements-demo.txt")))


def test_all_pinned_files_have_the_same_versions() -> None:
    production, demo, dev = (
        set(re.findall(r"^(\S+==\S+)", read(f"requirements{kind}.txt"), re.M)) for kind in ("", "-demo", "-dev")
    )
    assert production < demo < dev


def test_pre_commit_uses_the_pinned_ruff() -> None:
    (repository,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    (pin,) = re.findall(r"^ruff==\S+", read("requirements-dev.txt"), re.M)
    assert [hook["additional_dependencies"] for hook in repository["hooks"]] == [[pin], [pin]]


def test_the_workflow_runs_scripts_that_exist_on_supported_pythons() -> None:
    (job,) = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"].values()
    commands = [step["run"].split() for step in job["steps"] if "run" in step]
    assert [command[0] for command in commands] == ["script/setup", "script/test"]
    assert all((ROOT / command[0]).stat().st_mode & 0o111 for command in commands)
    supported = re.findall(r"Python :: (3\.\d+)", read("pyproject.toml"))
    assert job["strategy"]["matrix"]["python"][0] == supported[0]
    assert set(job["strategy"]["matrix"]["python"]) <= set(supported)


def test_the_version_has_an_entry_in_the_changelog() -> None:
    versions = re.findall(r"^## \[?([^\]\s]+)\]?", read("CHANGELOG.md"), re.M)
    assert versions[:2] == ["Unreleased", PROJECT["version"]]
    assert set(re.findall(r"^### (.+)", read("CHANGELOG.md"), re.M)) <= KINDS_OF_CHANGE


KINDS_OF_CHANGE = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
