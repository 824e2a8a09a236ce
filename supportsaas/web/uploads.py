"""Limits on request bodies: forms and JSON up to a maximum size, and no files, because no form accepts one: the page that
imports a file sends it in parts, as plain bodies.

Both are rejected before authentication and before anything is written to disk.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from supportsaas.web.plain_answers import reject

Handler = Callable[[HttpRequest], HttpResponse]


class UploadRejected(Exception):
    """The form contains a file."""


class RejectFiles(FileUploadHandler):
    """Without this, Django would write large files to its temporary directory while it reads the form."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UploadRejected

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        raise UploadRejected

    def file_complete(self, file_size: int) -> NoReturn:
        raise UploadRejected


def bounded_bodies(get_response: Handler) -> Handler:
    """Middleware. Runs before anything reads a form."""

    def handle(request: HttpRequest) -> HttpResponse:
        if _length_of(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024 / 1024:g} MB"
            return reject(
                request,
                413,
                "Too large",
                f"A request may contain up to {limit}. Nothing was changed. Send less at once.",
            )
        if request.content_type == "multipart/form-data":
            try:
                _ = request.POST
            except UploadRejected:
                sentence = "This form does not accept files. Nothing was stored. Send it without files."
                return reject(request, 415, "Files are not accepted", sentence)
        return get_response(request)

    return handle


def _length_of(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
