"""Files that a person uploads to import, in parts of a request's size, until they are imported or an hour has passed.

A file belongs to one person and one tenant. It is in MongoDB, because the worker that imports it may be on another machine.
"""

import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import format_number
from tenants.models import Tenant, User
from tickets.helpdesks.files.file import CSV_SUFFIXES, JSON_SUFFIXES
from tickets.helpdesks.files.text_lines import FileError

COLLECTION: Final = "uploaded_files"
PARTS: Final = "uploaded_file_parts"
LIFETIME: Final = timedelta(hours=1)
"""After the upload began, or after the import was started."""
LARGEST: Final = 25 * 1024 * 1024
"""In bytes."""
PART_BYTES: Final = 2 * 1024 * 1024
"""Every part but the last has this size: a request may have 2.5 MB, and a document of MongoDB 16 MB."""
MOST_FILES: Final = 3
"""Of one person for one tenant; the oldest make room."""
LONGEST_NAME: Final = 100

_UNSAFE: Final = re.compile(r"[^\w .()-]")


class UploadRejected(ValueError):
    """`str()` is a sentence about the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file, perhaps not all of it yet. `size`: in bytes, when it is complete."""

    key: str
    tenant_id: str
    name: str
    size: int

    @property
    def part_count(self) -> int:
        return -(-self.size // PART_BYTES)

    def size_of(self, number: int) -> int:
        """Of the part with this number, from 0."""
        return min(PART_BYTES, self.size - number * PART_BYTES)

    @property
    def part_ids(self) -> list[str]:
        return [_part_id(self.key, number) for number in range(self.part_count)]


def begin_upload(tenant: Tenant, user: User, *, name: str, size: int) -> Upload:
    """Raises `UploadRejected`."""
    upload = Upload(key=secrets.token_urlsafe(18), tenant_id=tenant.slug, name=safe_name(name), size=size)
    suffix = Path(upload.name).suffix.lower()
    if suffix not in (*CSV_SUFFIXES, *JSON_SUFFIXES):
        endings = ", ".join((*CSV_SUFFIXES, *JSON_SUFFIXES))
        raise UploadRejected(f"The name of the file must end in one of these: {endings}. Save a spreadsheet as CSV.")
    if size < 1:
        raise UploadRejected("The file is empty.")
    if size > LARGEST:
        limit = f"{LARGEST // 1024 // 1024} MB"
        raise UploadRejected(
            f"The file is larger than {limit}. Split it, or import it on the server with manage.py import_tickets, which "
            "has no limit."
        )
    mongo.collection(COLLECTION).insert_one(
        {
            "_id": upload.key,
            "tenant_id": tenant.slug,
            "user_id": user.pk,
            "name": upload.name,
            "size": size,
            "expires_at": clock.now() + LIFETIME,
        }
    )
    _drop_oldest(tenant, user)
    return upload


def add_part(upload: Upload, number: int, data: bytes) -> None:
    """Store a part; sending it again changes nothing. Raises `UploadRejected` if it is not a part of this file."""
    if not 0 <= number < upload.part_count or len(data) != upload.size_of(number):
        raise UploadRejected("This is not a part of the file as it was announced. Upload the file again.")
    part = {"tenant_id": upload.tenant_id, "data": data, "expires_at": clock.now() + LIFETIME}
    mongo.collection(PARTS).replace_one({"_id": _part_id(upload.key, number)}, part, upsert=True)


def is_complete(upload: Upload) -> bool:
    return mongo.collection(PARTS).count_documents({"_id": {"$in": upload.part_ids}}) == upload.part_count


def find_upload(tenant: Tenant, user: User, key: str) -> Upload | None:
    """The file if it is that person's, for that tenant, and not an hour old."""
    return _find({"_id": key, "tenant_id": tenant.slug, "user_id": user.pk})


def find_to_import(tenant: Tenant, key: str) -> tuple[Upload, dict[str, Any]] | None:
    """The file of an import that was started, and how to read it."""
    found = _live({"_id": key, "tenant_id": tenant.slug, "settings": {"$exists": True}})
    return None if found is None else (_upload(found), found["settings"])


def keep_for_import(upload: Upload, settings: Document) -> None:
    """Remember how to read the file, and keep it for an hour from now."""
    until = {"expires_at": clock.now() + LIFETIME}
    mongo.collection(PARTS).update_many({"_id": {"$in": upload.part_ids}}, {"$set": until})
    mongo.collection(COLLECTION).update_one({"_id": upload.key}, {"$set": {**until, "settings": settings}})


def drop_upload(upload: Upload) -> None:
    mongo.collection(PARTS).delete_many({"_id": {"$in": upload.part_ids}})
    mongo.collection(COLLECTION).delete_one({"_id": upload.key})


@contextmanager
def as_file(upload: Upload) -> Iterator[Path]:
    """The file in a directory that only this process's user can read, and that is deleted afterwards. Raises `FileError`."""
    with tempfile.TemporaryDirectory(prefix="supportsaas-import-") as folder:
        path = Path(folder) / upload.name
        with path.open("xb") as file:
            for part_id in upload.part_ids:
                part = mongo.collection(PARTS).find_one({"_id": part_id})
                if part is None:
                    raise FileError(f"{upload.name} is not complete. Upload it again.")
                file.write(part["data"])
        yield path


def safe_name(name: str) -> str:
    """The last part of a path, without characters that mean something to a file system; its ending stays."""
    last = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, suffix = last.rpartition(".")
    if not dot:
        return last[:LONGEST_NAME]
    suffix = suffix[:10]
    return f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"


def size_in_words(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{format_number(-(-size // 1024))} KB"


def _part_id(key: str, number: int) -> str:
    return f"{key}:{number}"


def _find(wanted: Document) -> Upload | None:
    found = _live(wanted)
    return None if found is None else _upload(found)


def _live(wanted: Document) -> Document | None:
    return mongo.collection(COLLECTION).find_one({**wanted, "expires_at": {"$gt": clock.now()}})


def _upload(found: Document) -> Upload:
    return Upload(key=found["_id"], tenant_id=found["tenant_id"], name=found["name"], size=found["size"])


def _drop_oldest(tenant: Tenant, user: User) -> None:
    """Files that are waiting for their import stay."""
    mine = {"tenant_id": tenant.slug, "user_id": user.pk, "settings": {"$exists": False}}
    for each in mongo.collection(COLLECTION).find(mine).sort("expires_at", -1).skip(MOST_FILES):
        drop_upload(_upload(each))
