"""Classification rules and saved views in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from supportsaas.web.admin_search import Searchable
from tickets.models import ClassificationRule, SavedView
from tickets.rules.editing import delete_rule, store_rule
from tickets.rules.form import RuleForm


class RuleAdminForm(RuleForm):
    class Meta(RuleForm.Meta):
        fields = ["tenant", *RuleForm.Meta.fields]


@admin.register(ClassificationRule)
class ClassificationRuleAdmin(Searchable):
    """The tenant cannot change. Rules are ordered on the tenant's Rules page; a new rule is the last."""

    form = RuleAdminForm
    list_display = ["phrases", "tenant", "position", "effect", "enabled"]
    list_filter = ["enabled"]
    list_select_related = ["tenant"]
    search_fields = ["phrases", "tenant__slug"]
    ordering = ["tenant", "position"]

    def get_fields(self, request: HttpRequest, obj: ClassificationRule | None = None) -> Any:
        return RuleAdminForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ClassificationRule | None = None) -> list[str]:
        return ["tenant"] if obj else []

    def save_model(self, request: HttpRequest, obj: ClassificationRule, form: Any, change: bool) -> None:
        store_rule(obj)

    def delete_model(self, request: HttpRequest, obj: ClassificationRule) -> None:
        delete_rule(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ClassificationRule]) -> None:
        for rule in queryset.select_related("tenant"):
            delete_rule(rule)


@admin.register(SavedView)
class SavedViewAdmin(Searchable):
    """The tenant cannot change. The filter is parsed as in an address of the list, and saved in normal form."""

    list_display = ["name", "tenant", "position", "query"]
    list_select_related = ["tenant"]
    search_fields = ["name", "tenant__slug"]
    fields = ["tenant", "name", "query"]
    ordering = ["tenant", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: SavedView | None = None) -> list[str]:
        return ["tenant"] if obj else []
