"""Adding a helpdesk connection: choose the product, enter address and key, look at the tickets, start the first sync.

Nothing is stored before the last step except a draft, which only the person who entered it can continue, for an hour.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from supportsaas.formatting import format_duration
from supportsaas.reliability.quota import RequestQuota
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.helpdesks import SourceError
from tickets.helpdesks.drafts import Draft, drop_draft, find_draft, note_tested, save_draft
from tickets.helpdesks.model import KIND_LABELS
from tickets.helpdesks.products import OTHER_WAYS, find_products, kind_of
from tickets.helpdesks.setup_form import SetupForm
from tickets.ingestion.first_sync import can_begin_later, save_and_start
from tickets.ingestion.preview_records import RecordsPreview, preview_in_time
from tickets.views.fragments import vary_on_htmx
from tickets.views.helpdesks.start_form import StartForm

TESTS_OF_A_PERSON: Final = 60
TESTS_OF_A_TENANT: Final = 120
"""In an hour: each test sends requests to a server of that person's choice."""
_AN_HOUR: Final = 3600
_EXPIRED: Final = "These settings were not saved within an hour, so they were deleted. Enter them again."


@require_GET
@tenant_required(Role.ADMIN)
def choose_product(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Step 1. `?q=` searches among the products."""
    wanted = request.GET.get("q", "").strip()[:100]
    context = {"step": 1, "products": find_products(wanted), "other_ways": OTHER_WAYS, "wanted": wanted}
    return vary_on_htmx(render(request, "helpdesks/new/products.html", context))


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def enter_settings(request: TenantRequest, access: TenantAccess, product: str) -> HttpResponse:
    """Step 2. `?draft=` fills in what was entered before, except the key."""
    kind = _kind(product)
    draft = find_draft(access.tenant, request.user, request.GET.get("draft", ""))
    if draft is not None and draft.source.kind != kind:
        draft = None
    source = draft.source if draft else None
    if request.method != "POST":
        return _settings_page(request, SetupForm(kind=kind, tenant=access.tenant, draft=source), product)
    form = SetupForm(request.POST, kind=kind, tenant=access.tenant, draft=source)
    if not form.is_valid():
        return _settings_page(request, form, product, status=422)
    key = save_draft(form.source, by=request.user, key=draft.key if draft else "")
    return redirect("settings-source-new-test", access.tenant.slug, product, key)


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def test_and_start(request: TenantRequest, access: TenantAccess, product: str, draft_key: str) -> HttpResponse:
    """Step 3: test the draft and show what it reads (GET); save it and start the first sync (POST)."""
    kind = _kind(product)
    draft = find_draft(access.tenant, request.user, draft_key)
    if draft is None or draft.source.kind != kind:
        messages.warning(request, _EXPIRED)
        return redirect("settings-source-new-settings", access.tenant.slug, product)
    if request.method != "POST" or not draft.is_tested:
        return _test_page(request, access, draft, product, None)
    form = StartForm(request.POST, draft=draft.source)
    if not form.is_valid():
        return _test_page(request, access, draft, product, form, status=422)
    try:
        origin, is_started = save_and_start(draft.source, form.start, by=request.user)
    except Rejected as rejected:
        form.add_error(rejected.field or None, str(rejected))
        return _test_page(request, access, draft, product, form, status=422)
    drop_draft(access.tenant, request.user, draft.key)
    prefix = f" The ids of its tickets start with “{origin.prefix}”." if origin.prefix else ""
    then = "The first sync has started." if is_started else "The first sync starts after the current run."
    messages.success(request, f"The helpdesk is connected. {then}{prefix}")
    return redirect("ingestion", access.tenant.slug)


@require_GET
@tenant_required(Role.ADMIN)
def explain_import(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """How tickets come in from a file."""
    return render(request, "helpdesks/new/file.html", {"step": 1})


def _kind(product: str) -> str:
    kind = kind_of(product)
    if kind is None:
        raise Http404("No such helpdesk.")
    return kind


def _settings_page(request: TenantRequest, form: SetupForm, product: str, *, status: int = 200) -> HttpResponse:
    context = {"step": 2, "form": form, "product": product, "label": KIND_LABELS[form.kind], "preset": form.preset}
    return render(request, "helpdesks/new/settings.html", context, status=status)


def _test_page(
    request: TenantRequest,
    access: TenantAccess,
    draft: Draft,
    product: str,
    form: StartForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The result of a test that runs now: tickets and the form that starts the sync, or what went wrong."""
    context: dict[str, Any] = {
        "step": 3,
        "product": product,
        "label": KIND_LABELS[draft.source.kind],
        "draft": draft,
        "url": draft.source.url,
    }
    try:
        preview = _test(request, access, draft)
    except SourceError as error:
        context["problem"] = str(error)
    else:
        note_tested(access.tenant, request.user, draft.key, is_usable=preview.is_usable)
        form = form or StartForm(draft=draft.source)
        form.offer(preview.unknown_statuses)
        context |= {"preview": preview, "form": form, "can_begin_later": can_begin_later(draft.source)}
    return render(request, "helpdesks/new/test.html", context, status=status)


def _test(request: TenantRequest, access: TenantAccess, draft: Draft) -> RecordsPreview:
    """Raises `SourceError`, also if this person or tenant tested too often."""
    limits = (
        (f"connection-test-by:{request.user.pk}", TESTS_OF_A_PERSON),
        (f"connection-test-of:{access.tenant.slug}", TESTS_OF_A_TENANT),
    )
    for caller, limit in limits:
        wait = RequestQuota(caller, limit=limit, seconds=_AN_HOUR).take().retry_after
        if wait is not None:
            raise SourceError(
                "rate_limited",
                f"Not tested. The limit is {TESTS_OF_A_PERSON} tests per hour for a user and {TESTS_OF_A_TENANT} for a "
                f"tenant. Try again in {format_duration(wait)}.",
            )
    return preview_in_time(draft.source, key=draft.key)
