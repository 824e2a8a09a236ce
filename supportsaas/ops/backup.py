"""Backup and restore of the whole database, without MongoDB's own tools.

A backup is a directory with the layout of `mongodump --gzip`: for each collection, its raw BSON documents, and a file
with its options and indexes. `manifest.json` is written last, with the number of documents and a checksum for each
collection. A directory without it is not a complete backup.

All collections are read from one snapshot while the product keeps running, in constant memory. A restore verifies all
checksums before it writes anything.
"""

import gzip
import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import OperationFailure

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import format_count, format_number

MANIFEST = "manifest.json"
VERSION = 1
UNFINISHED = "restore_in_progress"
"""A collection that exists while a restore is in progress."""

LARGE_BYTES = 2_000_000_000
"""Above this a backup may take longer than MongoDB keeps a snapshot; `mongodump` and disk snapshots have no such limit."""

_COMPRESSION = 5
_BATCH_DOCUMENTS = 1_000
_BATCH_BYTES = 8 * 1024 * 1024
_LARGEST_DOCUMENT = 17 * 1024 * 1024
_ATTEMPTS = 5
_SNAPSHOT_UNAVAILABLE, _SNAPSHOT_TOO_OLD = 246, 239

Report = Callable[[str, int], object]
"""Called with each finished collection and its number of documents."""


class BackupError(Exception):
    """The backup or restore is not possible. The message says why and what to do. No data was harmed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One collection of a backup: its number of documents, and the SHA-256 of its files."""

    collection: str
    documents: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    database: str
    taken_at: str
    parts: tuple[Part, ...]

    @property
    def documents(self) -> int:
        return sum(part.documents for part in self.parts)


def write_backup(directory: Path, *, report: Report = lambda *_: None) -> Manifest:
    """Write a snapshot of the whole database to a new directory. Raises `BackupError`.

    The directory is named `….partial` until it is complete, so an incomplete one is never mistaken for a backup.
    """
    if directory.exists():
        raise BackupError(f"{directory} already exists. Name a new directory.")
    partial = directory.with_name(directory.name + ".partial")
    if partial.exists():
        raise BackupError(f"{partial} is left over from a backup that did not finish. Remove it first.")
    if is_half_restored():
        raise BackupError("A restore into this database did not finish. Run it again before you make a backup.")
    partial.mkdir(parents=True, mode=0o700)
    try:
        manifest = _write_snapshot(partial, report)
    except OperationFailure as error:
        if error.code == _SNAPSHOT_TOO_OLD:
            raise BackupError(
                "The backup took longer than MongoDB keeps a snapshot (five minutes by default). Raise "
                "minSnapshotHistoryWindowInSeconds, or use mongodump or a snapshot of the disk."
            ) from error
        raise
    with _create(partial / MANIFEST) as file:
        file.write((json.dumps({"version": VERSION, **asdict(manifest)}, indent=1) + "\n").encode())
    partial.rename(directory)
    return manifest


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a backup, after verifying all checksums. Raises `BackupError`."""
    try:
        found = json.loads((directory / MANIFEST).read_text())
        version = found.pop("version")
        manifest = Manifest(**{**found, "parts": tuple(Part(**each) for each in found["parts"])})
    except FileNotFoundError:
        raise BackupError(f"{directory} is not a complete backup: it has no {MANIFEST}.") from None
    except (ValueError, TypeError, KeyError):
        raise BackupError(f"{directory / MANIFEST} is damaged.") from None
    if version != VERSION:
        raise BackupError(f"The backup has version {version}; this program reads version {VERSION}.")
    for part in manifest.parts:
        if _checksum(directory, part.collection) != part.sha256:
            raise BackupError(f"The files of “{part.collection}” are damaged: the checksum does not match.")
    return manifest


def restore_backup(directory: Path, *, drop: bool = False, report: Report = lambda *_: None) -> Manifest:
    """Write a backup to the database: documents first, then indexes. Raises `BackupError`.

    The database must be empty, unless `drop` allows everything in it to be deleted. After an interruption, the
    collection `restore_in_progress` remains. Restore again with `drop`.
    """
    manifest = read_manifest(directory)
    database = _raw_database()
    present = _names_of_collections(database)
    if present and not drop:
        raise BackupError(
            f"The database “{database.name}” is not empty ({len(present)} collections). "
            "Restore into an empty database, or replace everything in it with --drop."
        )
    database[UNFINISHED].replace_one({"_id": 1}, {"taken_at": manifest.taken_at}, upsert=True)
    for name in present:
        if name != UNFINISHED:
            database[name].drop()
    for part in manifest.parts:
        description = json_util.loads(_description_of(directory, part.collection).read_text())
        database.create_collection(part.collection, **description["options"])
        count = _insert_all(database, part.collection, directory)
        if count != part.documents:
            raise BackupError(
                f"“{part.collection}” should have {format_count(part.documents, 'document')} but has {format_number(count)}."
            )
        indexes = [each for each in description["indexes"] if each["name"] != "_id_"]
        if indexes:
            database.command("createIndexes", part.collection, indexes=indexes)
        report(part.collection, count)
    database[UNFINISHED].drop()
    return manifest


def database_bytes() -> int:
    """All documents as they are before compression."""
    return int(mongo.database().command("dbStats")["dataSize"])


def is_half_restored() -> bool:
    """Whether a restore into this database did not finish."""
    return mongo.collection(UNFINISHED).find_one() is not None


# -- Reading the database ------------------------------------------------------------------


def _write_snapshot(directory: Path, report: Report) -> Manifest:
    # A snapshot is unavailable if a collection or index is too new for it. A later snapshot includes it.
    for attempt in range(_ATTEMPTS):
        for left in directory.iterdir():
            left.unlink()
        try:
            with mongo.client().start_session(snapshot=True) as session:
                return _write_parts(directory, session, report)
        except OperationFailure as error:
            if error.code != _SNAPSHOT_UNAVAILABLE or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _write_parts(directory: Path, session: ClientSession, report: Report) -> Manifest:
    taken_at = clock.now().isoformat()
    database = _raw_database()
    parts = []
    for info in sorted(_collections(database), key=lambda each: str(each["name"])):
        name = info["name"]
        description = {
            "options": info.get("options", {}),
            "indexes": [dict(each) for each in database[name].list_indexes()],
            "collectionName": name,
            "type": "collection",
        }
        with _create(_description_of(directory, name)) as file:
            file.write(json_util.dumps(description, json_options=json_util.CANONICAL_JSON_OPTIONS).encode())
        count = 0
        with (
            _create(_documents_of(directory, name)) as file,
            gzip.GzipFile(filename="", mode="wb", compresslevel=_COMPRESSION, fileobj=file) as out,
        ):
            batches: Any = database[name].find_raw_batches(session=session, batch_size=_BATCH_DOCUMENTS)
            for batch in batches:  # bytes
                out.write(batch)
                count += _count_documents(batch)
        parts.append(Part(name, count, _checksum(directory, name)))
        report(name, count)
    return Manifest(database.name, taken_at, tuple(parts))


def _raw_database() -> "Database[Document]":
    """The database with documents as raw bytes."""
    return mongo.database().with_options(codec_options=CodecOptions(tz_aware=True))


def _collections(database: "Database[Document]") -> Iterator[Document]:
    for info in database.list_collections():
        if info["type"] == "collection" and not info["name"].startswith("system."):
            yield dict(info)


def _names_of_collections(database: "Database[Document]") -> list[str]:
    return [info["name"] for info in _collections(database)]


# -- Files ---------------------------------------------------------------------------------


def _documents_of(directory: Path, collection: str) -> Path:
    return directory / f"{collection}.bson.gz"


def _description_of(directory: Path, collection: str) -> Path:
    return directory / f"{collection}.metadata.json"


def _create(path: Path) -> BinaryIO:
    """A new file that only its owner may read, whatever the umask: it contains customer data."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _checksum(directory: Path, collection: str) -> str:
    """The checksum of both files together, or "" if one is missing."""
    digest = hashlib.sha256()
    try:
        for path in (_description_of(directory, collection), _documents_of(directory, collection)):
            with path.open("rb") as file:
                while block := file.read(1024 * 1024):
                    digest.update(block)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()


def _count_documents(batch: bytes) -> int:
    count = position = 0
    while position < len(batch):
        position += struct.unpack_from("<i", batch, position)[0]
        count += 1
    return count


def _insert_all(database: "Database[Document]", name: str, directory: Path) -> int:
    """Insert all documents and return their number. Raises unless a majority acknowledges each batch."""
    collection: Any = database[name]
    count = 0
    for batch in _batches(_read_documents(_documents_of(directory, name))):
        collection.insert_many(batch, ordered=False)
        count += len(batch)
    return count


def _batches(documents: Iterable[bytes]) -> Iterator[list[RawBSONDocument]]:
    batch: list[RawBSONDocument] = []
    size = 0
    for raw in documents:
        if batch and (len(batch) == _BATCH_DOCUMENTS or size + len(raw) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(RawBSONDocument(raw))
        size += len(raw)
    if batch:
        yield batch


def _read_documents(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        while header := file.read(4):
            yield header + _read_rest(file, header, path)


def _read_rest(file: gzip.GzipFile, header: bytes, path: Path) -> bytes:
    length = struct.unpack("<i", header)[0] if len(header) == 4 else 0
    if not 5 <= length <= _LARGEST_DOCUMENT:
        raise BackupError(f"{path} is damaged.")
    rest = file.read(length - 4)
    if len(rest) != length - 4:
        raise BackupError(f"{path} is damaged.")
    return rest
