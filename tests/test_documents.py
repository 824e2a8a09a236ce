"""The documents are true: settings, commands, links and the container files are what they say."""

import re
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
    source = read("supportsaas/settings.py", "supportsaas/demo_environment.py", "gunicorn.conf.py")
    names = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', source))
    names |= set(re.findall(r'os\.environ\.get\("([A-Z_]+)"', source))
    assert {"MONGODB_URI", "PORT", "SECRET_KEY"} <= names
    documented = read("docs/operations.md")
    assert [name for name in sorted(names) if f"`{name}`" not in documented] == []


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
        assert set(compose["services"]) == {"mongo", "setup", "web", "worker", "helpdesk"}
        commands = [word for service in compose["services"].values() for word in service["command"]]
        for name in re.findall(r"manage\.py,? (\w+)", ", ".join(commands)):
            assert name in get_commands()
        assert compose["services"]["helpdesk"]["profiles"] == ["demo"]
        assert "--replSet" in compose["services"]["mongo"]["command"]
        assert compose["services"]["mongo"]["volumes"] == ["mongo:/data/db"]

    def test_no_secret_has_a_default(self) -> None:
        environment = yaml.safe_load(read("docker-compose.yml"))["x-app"]["environment"]
        for name in ("SECRET_KEY", "ENCRYPTION_KEY"):
            assert environment[name].startswith("${" + name + ":?")

    def test_the_container_runs_as_an_ordinary_user(self) -> None:
        steps = re.findall(r"^(USER|CMD) (.+)$", read("Dockerfile"), re.MULTILINE)
        assert steps[0] == ("USER", "app") and steps[-1][0] == "CMD"


def test_pins_are_exact() -> None:
    for line in read("requirements.txt", "requirements-dev.txt").splitlines():
        text = line.split("#")[0].strip()
        if text and not text.startswith("-r"):
            assert re.match(r"^[A-Za-z0-9_.-]+==[0-9][^ ]*( *;.*)?$", text), text
