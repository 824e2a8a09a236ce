"""Queries only name indexes that exist."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from supportsaas.db.indexes import INDEXES
from tickets.store import index_scans

NAMES = {index.name for index in INDEXES}


def test_every_hint_names_a_declared_index() -> None:
    found: dict[str, Any] = vars(index_scans)
    hints = {name: value for name, value in found.items() if name.endswith("_INDEX") and isinstance(value, str)}
    assert hints
    assert {name: value for name, value in hints.items() if value not in NAMES} == {}


def test_ensure_indexes_fails_before_migrate(db: None) -> None:
    call_command("ensure_indexes", verbosity=0)
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    try:
        with pytest.raises(CommandError, match="migrate first: 1 migration pending"):
            call_command("ensure_indexes", verbosity=0)
    finally:
        MigrationRecorder(connection).record_applied("sessions", "0001_initial")
