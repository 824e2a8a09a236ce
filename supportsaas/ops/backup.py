"""Backup and restore of the whole database, for those without MongoDB's own tools at hand.

A backup is a directory laid out as `mongodump --gzip` lays out its own: for each collection the raw BSON
documents and a description with its indexes. `manifest.json` comes last and says of every file how many
documents it holds and its checksum; a directory without it is no backup.

All collections are read at one moment (a snapshot), while the product works on; memory stays flat
whatever the size. Restoring reads every file and compares its checksum before it writes anything.
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
"""A collection that is there from a restore's first write to its last."""

LARGE_BYTES = 2_000_000_000
"""Above this a backup may take longer than MongoDB keeps a snapshot; `mongodump` and disk snapshots have no such limit."""

_COMPRESSION = 5
_BATCH_DOCUMENTS = 1_000
_BATCH_BYTES = 8 * 1024 * 1024
_LARGEST_DOCUMENT = 17 * 1024 * 1024
_ATTEMPTS = 5
_SNAPSHOT_UNAVAILABLE, _SNAPSHOT_TOO_OLD = 246, 239

Tell = Callable[[str, int], object]
"""Told of each collection and its number of documents once it is done."""


class BackupError(Exception):
    """It cannot be done; the sentence says why and what to do. Nothing was harmed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One collection of a backup: its documents' file, their number, and the file's SHA-256."""

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


def write_backup(directory: Path, *, tell: Tell = lambda *_: None) -> Manifest:
    """Read the whole database as it is at one moment into a new directory. Raises `BackupError`.

    It is called `….partial` until it is whole, so a half-written one is never taken for a backup.
    """
    if directory.exists():
        raise BackupError(f"{directory} is there already. Name a directory that is not.")
    partial = directory.with_name(directory.name + ".partial")
    if partial.exists():
        raise BackupError(f"{partial} is left from a backup that did not finish. Remove it first.")
    if is_half_restored():
        raise BackupError("A restore into this database did not finish. Begin it anew before you make a backup.")
    partial.mkdir(parents=True, mode=0o700)
    try:
        manifest = _write_at_one_moment(partial, tell)
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
    """What a backup holds, every file of it compared with its checksum. Raises `BackupError`."""
    try:
        found = json.loads((directory / MANIFEST).read_text())
        version = found.pop("version")
        manifest = Manifest(**{**found, "parts": tuple(Part(**each) for each in found["parts"])})
    except FileNotFoundError:
        raise BackupError(f"{directory} holds no finished backup: there is no {MANIFEST} in it.") from None
    except (ValueError, TypeError, KeyError):
        raise BackupError(f"{directory / MANIFEST} is damaged.") from None
    if version != VERSION:
        raise BackupError(f"The backup is of version {version}; this program reads version {VERSION}.")
    for part in manifest.parts:
        if _checksum(directory, part.collection) != part.sha256:
            raise BackupError(f"The files of “{part.collection}” are damaged: their checksum differs.")
    return manifest


def restore_backup(directory: Path, *, drop: bool = False, tell: Tell = lambda *_: None) -> Manifest:
    """Write a backup into the database: documents first, then the indexes. Raises `BackupError`.

    The database must be empty, unless `drop` says that everything in it may go. Should it be stopped half-way,
    the collection `restore_in_progress` is left, and it is begun anew with `drop`.
    """
    manifest = read_manifest(directory)
    database = _raw_database()
    present = _names_of_collections(database)
    if present and not drop:
        raise BackupError(
            f"The database “{database.name}” is not empty ({len(present)} collections). "
            "Restore into an empty one, or have everything in it replaced with --drop."
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
                f"“{part.collection}” should have {format_count(part.documents, 'document')} and has {format_number(count)}."
            )
        indexes = [each for each in description["indexes"] if each["name"] != "_id_"]
        if indexes:
            database.command("createIndexes", part.collection, indexes=indexes)
        tell(part.collection, count)
    database[UNFINISHED].drop()
    return manifest


def database_bytes() -> int:
    """All documents as they are before compression."""
    return int(mongo.database().command("dbStats")["dataSize"])


def is_half_restored() -> bool:
    """Whether a restore into this database was stopped before its end."""
    return mongo.collection(UNFINISHED).find_one() is not None


# -- Reading the database ------------------------------------------------------------------


def _write_at_one_moment(directory: Path, tell: Tell) -> Manifest:
    # A collection or index that was made a moment ago is in no snapshot yet: then a newer one is taken.
    for attempt in range(_ATTEMPTS):
        for left in directory.iterdir():
            left.unlink()
        try:
            with mongo.client().start_session(snapshot=True) as session:
                return _write_parts(directory, session, tell)
        except OperationFailure as error:
            if error.code != _SNAPSHOT_UNAVAILABLE or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _write_parts(directory: Path, session: ClientSession, tell: Tell) -> Manifest:
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
        tell(name, count)
    return Manifest(database.name, taken_at, tuple(parts))


def _raw_database() -> "Database[Document]":
    """Documents in it stay the bytes they are."""
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
    """A new file that only its owner may read, whatever the umask says: it holds what customers wrote."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _checksum(directory: Path, collection: str) -> str:
    """Of both files together; of missing ones it is empty."""
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
    """How many were inserted; each batch is acknowledged by a majority, or it raises."""
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
