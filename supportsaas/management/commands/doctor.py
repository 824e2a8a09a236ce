"""`manage.py doctor`: all system checks, each with its id, whether it is ok, and what to do if it is not."""

import sys
from collections.abc import Iterable
from typing import Any

from django.core.checks import WARNING, CheckMessage, run_checks
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS

from supportsaas.ops.system_checks import NEED_DATABASE, TITLES, UNREACHABLE


class Command(BaseCommand):
    help = "Run all system checks of this installation. Changes nothing. Exit status 1 if one fails."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        messages = run_checks(include_deployment_checks=True, databases=[DEFAULT_DB_ALIAS])
        found = [each for each in messages if not each.is_silenced()]
        is_away = any(each.id == UNREACHABLE for each in found)
        for id_, title in TITLES.items():
            mine = [each for each in found if each.id == id_]
            if mine:
                self._show(mine)
            elif is_away and id_ in NEED_DATABASE:
                self.stdout.write(f"-     {id_}  {title}: not checked, MongoDB does not answer")
            else:
                self.stdout.write(f"ok    {id_}  {title}")
        self._show(each for each in found if each.id not in TITLES)  # Django's own
        sys.exit(any(each.level >= WARNING for each in found))

    def _show(self, messages: Iterable[CheckMessage]) -> None:
        for each in messages:
            word = "FAIL" if each.level >= WARNING else "note"
            self.stdout.write(f"{word}  {each.id}  {each.msg}")
            if each.hint:
                self.stdout.write(f"      {each.hint}")
