"""HTML only comes from templates that escape, and only one module marks text as safe."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import Context, Template, engines
from jinja2 import UndefinedError

from supportsaas.web.jinja_templates import macro, render_part
from tenants.access import NamedTenant

ROOT = Path(__file__).parents[2]
APPS = ("supportsaas", "tenants", "tickets", "analytics")
VOUCHES = "supportsaas/web/jinja_templates.py"

PYTHON_THAT_VOUCHES = re.compile(
    r"mark_safe|safestring|Safe(String|Text|Data)\b|format_html|html_safe|Markup\(|__html__"
)
TEMPLATE_THAT_VOUCHES = re.compile(r"\|\s*(safe|safeseq)\b|autoescape")
SCRIPT_THAT_VOUCHES = re.compile(r"(inner|outer)HTML|insertAdjacentHTML|document\.write|createContextualFragment")
TAG = re.compile(
    r"</?(a|abbr|bdi|b|br|button|code|dd|div|dl|dt|em|form|g|h[1-6]|img|input|li|link|mark|meta|ol|option"
    r"|p|path|pre|rect|script|select|span|strong|style|svg|table|tbody|td|text|th|thead|time|tr|ul)(?=[\s/>]|$)"
)
MAY_NAME_TAGS = ("tickets/demo/",)
"""Its tickets contain HTML, as in real helpdesks."""


def lines_with(pattern: re.Pattern[str], folder: str, *suffixes: str) -> list[str]:
    return [
        f"{each.relative_to(ROOT)}:{number}: {line.strip()}"
        for each in sorted((ROOT / folder).rglob("*"))
        if each.suffix in suffixes
        for number, line in enumerate(each.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]


def texts_with_tags(file: Path) -> Iterator[str]:
    """String literals except docstrings."""
    tree = ast.parse(file.read_text())
    documents = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and id(each) not in documents:
            text = each.value.decode("latin-1") if isinstance(each.value, bytes) else each.value
            if isinstance(text, str) and TAG.search(text):
                yield f"{file.relative_to(ROOT)}:{each.lineno}: {text[:60]}"


@pytest.mark.parametrize("app", APPS)
def test_one_module_alone_vouches_for_html(app: str) -> None:
    assert [each for each in lines_with(PYTHON_THAT_VOUCHES, app, ".py") if not each.startswith(f"{VOUCHES}:")] == []


def test_that_module_vouches_in_one_place() -> None:
    calls = re.findall(r"(?:mark_safe|Markup)\(", (ROOT / VOUCHES).read_text())
    assert calls == ["mark_safe("]


def test_templates_escape_everything() -> None:
    assert lines_with(TEMPLATE_THAT_VOUCHES, "templates", ".html", ".jinja") == []


def test_scripts_write_no_html() -> None:
    assert lines_with(SCRIPT_THAT_VOUCHES, "static/js", ".js") == []


@pytest.mark.parametrize("app", APPS)
def test_no_python_writes_tags(app: str) -> None:
    files = [each for each in sorted((ROOT / app).rglob("*.py")) if "migrations" not in each.parts]
    files = [each for each in files if not str(each.relative_to(ROOT)).startswith(MAY_NAME_TAGS)]
    assert [found for each in files for found in texts_with_tags(each)] == []


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='x"])
def test_a_text_in_a_jinja_template_stays_text(text: str) -> None:
    segment = SimpleNamespace(is_hit=True, evidence=("x",), label="high", title=text, text=text, decided=True)
    html = macro("tickets/marks.jinja", "marked")([segment])
    assert not re.search(r"<(?!/?mark\b)", html) and '"' not in re.sub(r'(class|title)="[^"]*"', "", html)


def test_a_macro_is_not_escaped_twice_by_a_django_template() -> None:
    page = Template('{% load presentation %}{% badge "status" value %}')
    assert page.render(Context({"value": "a & b"})) == '<span class="badge status-a-b">A &amp; b</span>'


def test_a_jinja_part_knows_what_the_page_knows_and_is_not_escaped_twice() -> None:
    page = Template(
        '{% load jinja %}{% jinja "frame/_tenant_switcher.jinja" my_tenants=tenants page="dashboard" kept="" %}'
    )
    tenants = [NamedTenant("A & B", "a", "admin")]
    html = page.render(Context({"tenants": tenants, "here": "", "here_name": ""}))
    assert '<span class="wrap">A &amp; B</span>' in html and "Choose a tenant" in html


def test_a_part_that_is_rendered_once_follows_its_values() -> None:
    page = Template(
        '{% load jinja %}{% jinja_same "frame/_tenant_switcher.jinja" my_tenants=tenants here=here here_name=here'
        ' page="dashboard" kept="" %}'
    )
    tenants = [NamedTenant("A", "a", "admin"), NamedTenant("B", "b", "admin")]

    def marked(here: str) -> list[str]:
        html = page.render(Context({"tenants": tenants, "here": here}))
        return re.findall(r'href="/t/(.)/" data-slug="." aria-current="true"', html)

    assert [marked(here) for here in ("a", "b", "a", "")] == [["a"], ["b"], ["a"], []]
    tenants[0] = NamedTenant("C", "c", "admin")
    assert marked("c") == ["c"]


def test_a_name_that_a_jinja_template_misses_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render_part("analytics/_trend.jinja", {})


@pytest.mark.parametrize("file", sorted((ROOT / "templates").rglob("*.*")), ids=lambda file: file.name)
def test_every_template_compiles(file: Path) -> None:
    engine = engines["jinja2" if file.suffix == ".jinja" else "django"]
    assert engine.get_template(str(file.relative_to(ROOT / "templates")))
