"""Every text that users read follows the glossary: pages, command help, form and model labels, the API, documents.

`docs/architecture.md` has the words to use.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.forms import BaseForm, ChoiceField, ModelChoiceField
from django.utils.encoding import force_str

from supportsaas.api import api

ROOT = Path(__file__).parents[1]
APPS = ("supportsaas", "tenants", "tickets", "analytics")

BANNED = re.compile(
    r"""\b(?:
        re-?judg\w* | judg\w* | told | tells? | anew | standing | vitals? | duty | duties | (?:the|our)\ house
        | house\ protocol | so\ many | go(?:es)?\ on | any\ more | of\ ours | at\ this\ moment | whoever | meanwhile
        | (?<!there\ )(?:is|are|was|were)\ no\ (?!longer\b)\w+ | refused\ records? | dead\ (?:messages?|letters?)
        | (?<!the\ )log[\ -]?ins? | (?<!the\ )log(?:ged)?[\ -](?:in|out) | settled | taken?\ all\ off
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

ALLOWED = {
    r"/login/[\w/]*": "a fixed URL path",
    r"\blog_ins?\b|supportsaas_log_ins_total|\blogged_(?:in|out)\b": "fixed names of a metric and its labels",
    r"--kind[ =]house|`house`|“house”": "a fixed option, an alias of native",
    r"\bperson log-out\b|\blog-out\b": "a fixed step of `manage.py person`",
    r"rule_judging|`judging`": "a fixed collection, a fixed name in /metrics",
    r"refused_login": "a fixed error code of the API",
    r"(user|assignee)\.login": "paths in GitHub's own records",
    r"last login": "a label of Django's own user model",
    r"\bLogged in as": "a menu of RT",
}
"""What the search skips, each with the reason."""

_ALLOWED = re.compile("|".join(f"(?:{each})" for each in ALLOWED))
_TEMPLATE_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", re.DOTALL)
_CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"<[^>]*>")
_SHOWN_ATTRIBUTE = re.compile(r'(?:aria-label|title|placeholder|alt|hx-confirm|content)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Text:
    place: str
    text: str


def find_banned(text: str) -> list[str]:
    return [found.group() for found in BANNED.finditer(_ALLOWED.sub(" ", " ".join(text.split())))]


def template_texts() -> Iterator[Text]:
    for path in sorted((ROOT / "templates").rglob("*.*")):
        source = _TEMPLATE_CODE.sub(" ", path.read_text())
        shown = " ".join([_TAG.sub(" ", source), *_SHOWN_ATTRIBUTE.findall(source)])
        yield Text(str(path.relative_to(ROOT)), shown)
    for path in sorted((ROOT / "static").glob("*.html")):
        yield Text(str(path.relative_to(ROOT)), _TAG.sub(" ", path.read_text()))


def document_texts() -> Iterator[Text]:
    names = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    for path in sorted(names):
        for number, paragraph in enumerate(_CODE_BLOCK.sub("", path.read_text()).split("\n\n"), 1):
            yield Text(f"{path.relative_to(ROOT)}, paragraph {number}", paragraph)


def command_texts() -> Iterator[Text]:
    for name, app in sorted(get_commands().items()):
        if app not in APPS:
            continue
        command = load_command_class(app, name)
        yield from _help_of(command.create_parser("manage.py", name), f"manage.py {name}")


def _help_of(parser: argparse.ArgumentParser, place: str) -> Iterator[Text]:
    yield Text(place, f"{parser.description or ''} {parser.epilog or ''}")
    for action in parser._actions:
        option = next(iter(action.option_strings), action.dest)
        yield Text(f"{place} {option}", action.help or "")
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                yield Text(f"{place} {choice.dest}", choice.help or "")
            for step, subparser in action.choices.items():
                yield from _help_of(subparser, f"{place} {step}")


def model_texts() -> Iterator[Text]:
    for model in apps.get_models():
        if model._meta.app_label not in APPS:
            continue
        place = model._meta.label
        yield Text(place, f"{model._meta.verbose_name} {model._meta.verbose_name_plural}")
        for field in model._meta.get_fields():
            labels = [getattr(field, "verbose_name", ""), getattr(field, "help_text", "")]
            labels += [label for _, label in getattr(field, "choices", None) or ()]
            yield Text(f"{place}.{field.name}", " ".join(force_str(each) for each in labels))


def form_texts() -> Iterator[Text]:
    import_module("supportsaas.urls")  # and with it the forms of all pages
    for form in _subclasses(BaseForm):
        if form.__module__.partition(".")[0] not in APPS:
            continue
        for name, field in getattr(form, "base_fields", {}).items():
            is_fixed_choice = isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField)
            labels = [label for _, label in field.choices] if is_fixed_choice else []
            shown = " ".join(force_str(each) for each in (field.label or "", field.help_text, *labels))
            yield Text(f"{form.__module__}.{form.__name__}.{name}", shown)


def _subclasses(kind: type[object]) -> set[type[object]]:
    children: list[type[object]] = kind.__subclasses__()
    return {found for child in children for found in (child, *_subclasses(child))}


def api_texts() -> Iterator[Text]:
    yield from _descriptions(api.get_openapi_schema(path_prefix=""), "OpenAPI")


def _descriptions(node: object, place: str) -> Iterator[Text]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("description", "summary") and isinstance(value, str):
                yield Text(f"{place}.{key}", value)
            else:
                yield from _descriptions(value, f"{place}.{key}")
    elif isinstance(node, list):
        for each in node:
            yield from _descriptions(each, place)


SOURCES = (template_texts, document_texts, command_texts, model_texts, form_texts, api_texts)


@pytest.mark.parametrize("texts", SOURCES, ids=lambda each: each.__name__)
def test_texts_for_users_avoid_the_banned_words(texts: object) -> None:
    assert callable(texts)
    found = list(texts())
    assert len(found) > 5
    problems = [f"{each.place}: {', '.join(words)}" for each in found if (words := find_banned(each.text))]
    assert problems == []


@pytest.mark.parametrize(
    "text",
    [
        "Nobody is told of it.",
        "Tickets are judged anew",
        "Stored tickets are being rejudged",
        "This is no\nnumber.",
        "So many tickets wait.",
        "The run goes on.",
        "Log in to continue",
        "Two-factor log-in",
    ],
)
def test_the_search_finds_banned_words(text: str) -> None:
    assert find_banned(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "There is no longer a limit.",
        "intelligent",
        "outstanding",
        "Open /login/code/ and sign in.",
        "person log-out",
        "a line of the log in JSON",
        "There is no limit.",
    ],
)
def test_the_search_leaves_other_words_and_fixed_names_alone(text: str) -> None:
    assert find_banned(text) == []
