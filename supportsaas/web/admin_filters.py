"""Filters of the Django admin that are typed, not chosen from a list, so that they work with any number of values.

Django's `date_hierarchy` would read the time of every document of a log to name its months.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class TypedFilter(admin.ListFilter):
    """A form with one input for each of `inputs`: the parameter, its label and the type of the input."""

    template = "admin/_typed_filter.html"
    inputs: ClassVar[tuple[tuple[str, str, str], ...]] = ()

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.model_admin = model_admin
        self.typed = {name: "" for name, _, _ in self.inputs}
        for name in self.typed:
            if name in params:
                self.typed[name] = str(params.pop(name)[-1]).strip()[:200]
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (*self.typed, "p", "e")
        ]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.typed)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, label, kind in self.inputs:
            yield {"name": name, "label": label, "kind": kind, "value": self.typed[name]}


class PeriodFilter(TypedFilter):
    """Whole days in UTC, both included, of the field by which the log is ordered. A day that is not valid is ignored."""

    title = "days (UTC)"
    inputs = (("from", "From", "date"), ("to", "To", "date"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        field = self.model_admin.period_field
        first, last = (_day(self.typed[name]) for name in ("from", "to"))
        if first is not None:
            queryset = queryset.filter(**{f"{field}__gte": _midnight(first)})
        if last is not None and last < date.max:
            queryset = queryset.filter(**{f"{field}__lt": _midnight(last + timedelta(days=1))})
        return queryset


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
