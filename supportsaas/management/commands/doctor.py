"""`manage.py doctor`: is this installation well, and if not, what is to be done."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from supportsaas.db import mongo
from supportsaas.ops import doctor


class Command(BaseCommand):
    help = "Look for what is wrong with this installation. Exit status 1 where something is. It changes nothing."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        complaints = 0
        try:
            for name, found in doctor.examine():
                wrong = [complaint for complaint in found if not complaint.is_hint]
                self.stdout.write(f"{name}: {'to be mended' if wrong else 'well'}")
                for complaint in found:
                    self.stdout.write(f"  {complaint.sentence}")
                complaints += len(wrong)
        except mongo.UNAVAILABLE as error:
            self.stderr.write(f"error: The database is not reachable: {error}")
            sys.exit(1)
        sys.exit(1 if complaints else 0)
