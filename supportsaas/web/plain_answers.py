"""Short answers for people and programs alike: a page for a browser, JSON for a program."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def wants_page(request: HttpRequest) -> bool:
    """Whether the caller can show HTML. htmx accepts anything, as programs do, and says in a header that it is htmx."""
    return "text/html" in request.headers.get("Accept", "") or "HX-Request" in request.headers


def reject(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """One sentence, as a page or as `{"detail": …}`. htmx shows the page's words where problems of a page go."""
    if wants_page(request):
        return render(request, "problem.html", {"title": title, "sentence": sentence}, status=status, using=None)
    return JsonResponse({"detail": sentence}, status=status)
