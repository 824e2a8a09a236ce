"""The migrations match the models."""

import pytest
from django.core.management import call_command


@pytest.mark.usefixtures("db")
def test_no_migration_is_missing() -> None:
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
    except SystemExit:
        pytest.fail("The models have changed: manage.py makemigrations")
