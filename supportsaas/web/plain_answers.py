"""A refusal that is one sentence: a page for a browser, `{"detail": …}` for a program."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def refuse(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    # Programs take anything, and so does HTMX 2, which puts words of the page where problems are shown.
    if "text/html" in request.headers.get("Accept", "") or "HX-Request" in request.headers:
        return render(request, "problem.html", {"title": title, "sentence": sentence}, status=status, using=None)
    return JsonResponse({"detail": sentence}, status=status)
