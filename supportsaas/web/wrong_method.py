"""Redirect a browser that opens a form's target URL to the page with the form, instead of an empty 405."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

Handler = Callable[[HttpRequest], HttpResponse]


def lead_to_page(get_response: Handler) -> Handler:
    """Middleware. Programs still get the 405."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_empty = response.status_code == 405 and not response.streaming and not response.content
        if not is_empty or request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
            return response
        return redirect(_page_above(request.path))

    return handle


def _page_above(path: str) -> str:
    """The next shorter path that exists: `/t/acme/ingestion/` for `/t/acme/ingestion/run/`."""
    parts = path.strip("/").split("/")[:-1]
    while parts:
        above = f"/{'/'.join(parts)}/"
        try:
            resolve(above)
        except Resolver404:
            parts.pop()
        else:
            return above
    return "/"
