"""What a file says, as an import reads it."""

from pathlib import Path
from typing import Any

from tickets.helpdesks.files.file import FileFormat, FileSource


def read(path: Path, **values: Any) -> list[Any]:
    """The fields of all records of a file, or the reasons they are rejected for."""
    with FileSource(path, FileFormat(**values)) as source:
        found = [each for page in source.pages() for each in page.records]
    return [dict(each.fields) if each.fields is not None else " ".join(each.problem) for each in found]
