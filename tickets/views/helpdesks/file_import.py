"""Importing a file in the browser: upload it in parts, look at what it would bring, start the import.

Nothing is stored before the last step but the file itself, which only the person who uploaded it can import, for an hour.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from supportsaas.formatting import format_duration
from supportsaas.reliability.quota import RequestQuota
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.helpdesks.files import uploads
from tickets.helpdesks.files.text_lines import ColumnsMissing, FileError
from tickets.helpdesks.files.uploads import Upload, UploadRejected
from tickets.ingestion.name_spaces import NameTaken, name_from
from tickets.ingestion.uploaded_import import preview_upload, start_import
from tickets.jobs import JobActive
from tickets.views.helpdesks.import_form import FIELDS, ImportForm

UPLOADS_OF_A_PERSON: Final = 30
PREVIEWS_OF_A_PERSON: Final = 120
"""In an hour."""
_AN_HOUR: Final = 3600
_NAME_TAKEN: Final = (
    "“{}” is the name of a connection. If the file is from that helpdesk, choose it under “These tickets”; else enter another "
    "name for the import."
)
_LABELS: Final = dict(FIELDS)
_EXPIRED: Final = "The file was not imported within an hour, so it was deleted. Upload it again."
_RUNNING: Final = "A run is active. Start the import when it has ended; the file is kept for an hour."


@require_http_methods(["GET", "POST"])
@tenant_required(Role.MANAGER)
def choose_file(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Step 1: the page (GET), and the begin of an upload (POST with `name` and `size`), answered as JSON."""
    if request.method != "POST":
        return render(request, "helpdesks/import/choose.html", {"largest": uploads.LARGEST // 1024 // 1024})
    wait = _wait(f"upload-by:{request.user.pk}", UPLOADS_OF_A_PERSON)
    if wait:
        return _problem(f"Not uploaded: the limit is {UPLOADS_OF_A_PERSON} files per hour. {wait}", status=429)
    try:
        upload = uploads.begin_upload(
            access.tenant, request.user, name=request.POST.get("name", ""), size=_number(request.POST.get("size"))
        )
    except UploadRejected as error:
        return _problem(str(error), status=422)
    where = (access.tenant.slug, upload.key)
    return JsonResponse(
        {
            "part_bytes": uploads.PART_BYTES,
            "parts": reverse("file-import-part", args=where),
            "next": reverse("file-import-check", args=where),
        }
    )


@require_POST
@tenant_required(Role.MANAGER)
def add_part(request: TenantRequest, access: TenantAccess, key: str) -> HttpResponse:
    """One part of the file as the body; `?number=` counts from 0."""
    upload = uploads.find_upload(access.tenant, request.user, key)
    if upload is None:
        return _problem(_EXPIRED, status=422)
    try:
        uploads.add_part(upload, _number(request.GET.get("number")), request.body)
    except UploadRejected as error:
        return _problem(str(error), status=422)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@tenant_required(Role.MANAGER)
def check_file(request: TenantRequest, access: TenantAccess, key: str) -> HttpResponse:
    """Step 2: what the file would bring (GET, or POST with other settings); POST with `start` imports it."""
    upload = uploads.find_upload(access.tenant, request.user, key)
    if upload is None:
        messages.warning(request, _EXPIRED)
        return redirect("file-import", access.tenant.slug)
    data = request.POST if request.method == "POST" else None
    form = ImportForm(data, tenant=access.tenant, file=upload.name, zone=access.tenant.timezone)
    if data is not None and form.is_valid() and "start" in data:
        try:
            start_import(access.tenant, request.user, upload, form.settings)
        except JobActive:
            form.add_error(None, _RUNNING)
        except NameTaken as error:
            form.add_error("into" if form.settings.into else "name", _why_taken(error, form, upload))
        except FileError as error:
            form.add_error(None, _for_pages(str(error)))
        else:
            messages.success(request, f"The import of {upload.name} has started.")
            return redirect("ingestion", access.tenant.slug)
    return _check_page(request, access, upload, form)


def _check_page(request: TenantRequest, access: TenantAccess, upload: Upload, form: ImportForm) -> HttpResponse:
    context: dict[str, Any] = {"upload": upload, "size": uploads.size_in_words(upload.size), "form": form}
    wait = _wait(f"file-preview-by:{request.user.pk}", PREVIEWS_OF_A_PERSON)
    status = 422 if form.errors else 200
    form.keep_choices()
    if wait:
        context["problem"] = f"Not checked: the limit is {PREVIEWS_OF_A_PERSON} checks per hour. {wait}"
        status = 429
    elif form.has_readable_settings:
        try:
            preview = preview_upload(access.tenant, upload, form.settings)
        except ColumnsMissing as error:
            context["problem"] = "The file has no column for the ticket’s ID or creation. Choose the columns below."
            form.offer(names=error.columns)
        except NameTaken as error:
            context["problem"] = _why_taken(error, form, upload)
        except FileError as error:
            context["problem"] = _for_pages(str(error))
        else:
            form.offer(names=preview.names, statuses=preview.unknown_statuses)
            context["preview"] = preview
            # A file without rows says nothing about its columns.
            context["empty_fields"] = [_LABELS[name] for name in preview.empty] if preview.rows else []
    return render(request, "helpdesks/import/check.html", context, status=status)


def _why_taken(error: NameTaken, form: ImportForm, upload: Upload) -> str:
    if form.settings.into:
        return str(error)
    return _NAME_TAKEN.format(form.settings.name or name_from(upload.name))


def _for_pages(sentence: str) -> str:
    """The sentence without advice for the command line, for which the form has its own fields."""
    return sentence.partition(" Set the encoding with --encoding")[0].partition(" --")[0]


def _wait(caller: str, limit: int) -> str:
    """When to try again if the limit is reached; empty otherwise."""
    wait = RequestQuota(caller, limit=limit, seconds=_AN_HOUR).take().retry_after
    return "" if wait is None else f"Try again in {format_duration(wait)}."


def _number(text: str | None) -> int:
    """A whole number from 0, or -1."""
    return int(text) if text and len(text) < 12 and text.isascii() and text.isdecimal() else -1


def _problem(sentence: str, *, status: int) -> JsonResponse:
    return JsonResponse({"detail": sentence}, status=status)
