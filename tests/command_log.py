"""The commands that really go to MongoDB while some code runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from pymongo import monitoring

from supportsaas.db import mongo
from supportsaas.db.mongo import Document


class _Log(monitoring.CommandListener):
    def __init__(self) -> None:
        self.commands: list[tuple[str, Document]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.commands.append((event.command_name, dict(event.command)))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


@contextmanager
def logged_commands() -> Iterator[list[tuple[str, Document]]]:
    """The name and the body of every command that this process sends, in order."""
    log = _Log()
    options = connection.settings_dict["OPTIONS"]
    mongo.close()
    connection.settings_dict["OPTIONS"] = {**options, "event_listeners": [log]}
    try:
        yield log.commands
    finally:
        mongo.close()
        connection.settings_dict["OPTIONS"] = options
