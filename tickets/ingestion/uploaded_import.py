"""Imports of uploaded files: how a file is read, what it would bring, and the run that imports it."""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from tenants.models import Tenant, User
from tickets import jobs
from tickets.classification.verdicts import Classification
from tickets.helpdesks.base import SourceRecord
from tickets.helpdesks.files import uploads
from tickets.helpdesks.files.file import FileFormat, FileSource
from tickets.helpdesks.files.text_lines import UTF_8, FileError
from tickets.helpdesks.files.uploads import Upload
from tickets.ingestion import name_spaces
from tickets.jobs import JobRequest
from tickets.planning.reading import classify, read_records
from tickets.records.normalize import as_text
from tickets.records.origin import Origin
from tickets.records.rejections import ReasonCount, RejectedReasons
from tickets.records.statuses import SpelledStatus, join_spellings, state_of
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map

CHECKED: Final = 5_000
"""The rows of a file that a preview checks, from its start."""
SHOWN: Final = 10
_LONGEST: Final = 200
_OPTION: Final = " (--timezone)"
"""Advice for the command line; the page has a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """What a person chose. `fields`: columns by field; `into`: a connection's name, or empty for a name of its own."""

    name: str = ""
    into: str = ""
    timezone: str = "UTC"
    date_format: str = ""
    encoding: str = UTF_8
    is_plain: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    status_map: Mapping[str, str] = field(default_factory=dict)

    @property
    def file_format(self) -> FileFormat:
        return FileFormat(
            fields=self.fields,
            status_map=self.status_map,
            zone=ZoneInfo(self.timezone),
            date_format=self.date_format,
            encoding=self.encoding,
            is_plain=self.is_plain,
        )

    def as_document(self) -> dict[str, Any]:
        """For MongoDB: pairs, because names of columns may hold dots."""
        pairs = {name: list(map(list, getattr(self, name).items())) for name in ("fields", "status_map")}
        return {**asdict(self), **pairs}

    @classmethod
    def of_document(cls, found: Mapping[str, Any]) -> "ImportSettings":
        return cls(**{**found, "fields": dict(found["fields"]), "status_map": dict(found["status_map"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedRow:
    """A ticket as it would be stored. `their_status` is the one in the file."""

    id: str
    place: str
    subject: str
    message: str
    customer: str
    assignee: str
    team: str
    their_status: str
    status: str
    created_at: datetime
    classification: Classification

    @property
    def is_status_known(self) -> bool:
        return state_of(self.status) != "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePreview:
    """What a file would bring. `rows` counts all of it, the rest is about the first `checked` ones."""

    recognised: str
    rows: int
    checked: int
    accepted: int
    tickets: tuple[PreviewedRow, ...]
    reasons: tuple[ReasonCount, ...]
    rejections: int
    foreign: int
    left_out: int
    left_out_as: str
    unknown_statuses: tuple[SpelledStatus, ...]
    names: tuple[str, ...]
    unused: tuple[str, ...]
    empty: tuple[str, ...]
    warnings: tuple[str, ...]


def origin_of_import(tenant: Tenant, settings: ImportSettings, upload: Upload, *, is_trial: bool) -> Origin:
    """The name space. Raises `name_spaces.NameTaken`, also if there is no connection of that name."""
    if settings.into:
        found = name_spaces.connection_named(tenant, settings.into, is_trial=is_trial)
        if found is None:
            raise name_spaces.NameTaken(f"There is no connection “{settings.into}” any more.")
        return found
    name = settings.name or name_spaces.name_from(upload.name)
    return name_spaces.claim_import(tenant, name, is_named=bool(settings.name), is_trial=is_trial)


def preview_upload(tenant: Tenant, upload: Upload, settings: ImportSettings) -> FilePreview:
    """Nothing is stored. Raises `FileError` and `name_spaces.NameTaken`."""
    origin = origin_of_import(tenant, settings, upload, is_trial=True)
    with uploads.as_file(upload) as path, FileSource(path, settings.file_format) as source:
        return _preview(tenant, source, origin)


def _preview(tenant: Tenant, source: FileSource, origin: Origin) -> FilePreview:
    classifier, statuses = find_classifier(tenant), find_status_map(tenant)
    tickets: list[PreviewedRow] = []
    reasons, unknown = RejectedReasons(), Counter[str]()
    checked = accepted = rejections = foreign = 0
    for page in source.pages():
        for record in page.records:
            read = read_records([record], tenant_id=tenant.slug, origin=origin, statuses=statuses)
            reasons.add(read.quarantined)
            rejections += len(read.quarantined)
            foreign += read.foreign
            for each in read.tickets:
                accepted += 1
                if state_of(each.content.status) == "unknown":
                    unknown[each.content.status] += 1
                if len(tickets) < SHOWN:
                    verdict = classify(each.content, classifier=classifier)
                    tickets.append(_row(record, each.content, verdict.classification))
        checked += len(page.records)
        if checked >= CHECKED:
            break
    facts = source.facts
    return FilePreview(
        recognised=facts.recognised.replace(_OPTION, ""),
        rows=checked + source.count_rest(),
        checked=checked,
        accepted=accepted,
        tickets=tuple(tickets),
        reasons=tuple(reasons.most_frequent()),
        rejections=rejections,
        foreign=foreign,
        left_out=facts.left_out,
        left_out_as=facts.left_out_as,
        unknown_statuses=tuple(join_spellings(unknown)),
        names=tuple(source.names),
        unused=tuple(facts.unused),
        empty=tuple(facts.empty_fields()),
        warnings=tuple(facts.warnings()),
    )


def _row(record: SourceRecord, content: Any, classification: Classification) -> PreviewedRow:
    fields = record.fields or {}
    return PreviewedRow(
        id=_line(content.external_id),
        place=record.place.partition(" of ")[0],
        subject=_line(content.subject),
        message=_line(content.message),
        customer=_line(fields.get("customer_name")) or _line(content.customer_id),
        assignee=_line(fields.get("assignee")),
        team=_line(fields.get("team")),
        their_status=content.mapped_from or content.status,
        status=content.status,
        created_at=content.created_at,
        classification=classification,
    )


def _line(value: Any) -> str:
    text = as_text(value) if value is not None else None
    return " ".join((text or "").split())[:_LONGEST]


def start_import(tenant: Tenant, user: User, upload: Upload, settings: ImportSettings) -> str:
    """Queue the import; the job's id. Raises `FileError`, `name_spaces.NameTaken` and `jobs.JobActive`."""
    if not uploads.is_complete(upload):
        raise FileError(f"{upload.name} is not complete. Upload it again.")
    origin_of_import(tenant, settings, upload, is_trial=False)
    uploads.keep_for_import(upload, settings.as_document())
    request = JobRequest(trigger="web", started_by=user.get_username(), kind="import", upload=upload.key)
    return jobs.enqueue(tenant, request)


class UploadedSource:
    """Opens an uploaded file for a run, and deletes it when the run has ended. `origin`: None if it cannot be imported."""

    def __init__(self, tenant: Tenant, key: str) -> None:
        self._stack = ExitStack()
        self._problem = "The uploaded file was deleted after an hour, before its import began. Upload it again."
        self._upload: Upload | None = None
        self._settings = ImportSettings()
        self.origin: Origin | None = None
        found = uploads.find_to_import(tenant, key)
        if found is None:
            return
        self._upload, self._settings = found[0], ImportSettings.of_document(found[1])
        try:
            self.origin = origin_of_import(tenant, self._settings, self._upload, is_trial=False)
        except name_spaces.NameTaken as error:
            self._problem = str(error)

    def open(self, *_: Any) -> FileSource:
        """Raises `FileError`."""
        if self._upload is None or self.origin is None:
            raise FileError(self._problem)
        path = self._stack.enter_context(uploads.as_file(self._upload))
        return FileSource(path, self._settings.file_format)

    def close(self) -> None:
        self._stack.close()
        if self._upload is not None:
            uploads.drop_upload(self._upload)
