"""What may be sent: forms and JSON of a bounded size, and no files, for nothing in the product takes one.

Both are refused before anybody is asked who they are, and before anything is written to the disk.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from supportsaas.web.plain_answers import reject

Handler = Callable[[HttpRequest], HttpResponse]


class UploadRejected(Exception):
    """A form holds a file."""


class RejectFiles(FileUploadHandler):
    """Django would keep a large file in its temporary folder while the form is read."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UploadRejected

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        raise UploadRejected

    def file_complete(self, file_size: int) -> NoReturn:
        raise UploadRejected


def bounded_bodies(get_response: Handler) -> Handler:
    """Middleware; before whatever reads a form."""

    def handle(request: HttpRequest) -> HttpResponse:
        if _length_of(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024 / 1024:g} MB"
            return reject(
                request, 413, "Too large", f"A request may hold {limit}. Nothing was done; send less at once."
            )
        if request.content_type == "multipart/form-data":
            try:
                _ = request.POST
            except UploadRejected:
                sentence = "Files are not taken here. Nothing was stored; send the fields of the form alone."
                return reject(request, 415, "No files, please", sentence)
        return get_response(request)

    return handle


def _length_of(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
