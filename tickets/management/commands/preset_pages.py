"""`manage.py preset_pages`: writes the documentation pages of the presets, or checks that they are up to date."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tickets.helpdesks.preset_page import index_page, preset_page
from tickets.helpdesks.presets import PRESETS
from tickets.helpdesks.settings_page import settings_page


class Command(BaseCommand):
    help = "Write docs/helpdesks from the presets."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "helpdesks"
        pages = {"README.md": index_page(), "settings.md": settings_page()} | {
            f"{kind}.md": preset_page(each) for kind, each in PRESETS.items()
        }
        outdated = [name for name, text in pages.items() if _read(folder / name) != text]
        surplus = [each.name for each in folder.glob("*.md") if each.name not in pages]
        if options["check"]:
            if outdated or surplus:
                raise CommandError(f"Out of date: {', '.join(outdated + surplus)}. Run manage.py preset_pages.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in outdated:
            (folder / name).write_text(pages[name], encoding="utf-8")
        for name in surplus:
            (folder / name).unlink()
        self.stdout.write(f"{len(pages)} pages, {len(outdated)} written, {len(surplus)} removed.")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
