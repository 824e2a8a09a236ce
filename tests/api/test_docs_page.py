"""`/api/docs`: every call and shape of the description, on a page of ours."""

import json
import re
from html import unescape

import pytest
from django.test import Client
from jsonschema_rs import validator_for

from supportsaas.api import api
from tests.reading_pages import page_of

pytestmark = pytest.mark.django_db


def test_it_shows_every_call_with_parameters_and_answers_to_anybody() -> None:
    html = page_of(Client(), "/api/docs")
    description = api.get_openapi_schema(path_prefix="")
    for path, calls in description["paths"].items():
        for method, call in calls.items():
            assert f'<code class="method">{method.upper()}</code> <code class="path">{path}</code>' in html
            for parameter in call["parameters"]:
                assert f"<code>{parameter['name']}</code>" in html
    for link in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{link}"' in html, link


def test_it_needs_no_script_and_nothing_from_elsewhere() -> None:
    html = page_of(Client(), "/api/docs")
    assert "<script>" not in html and " style=" not in html and "<style" not in html
    assert re.findall(r'(?:src|href)="(https?:)?//', html) == []


def test_the_examples_are_what_the_schemas_allow() -> None:
    html = page_of(Client(), "/api/docs")
    description = json.loads(json.dumps(api.get_openapi_schema(path_prefix="")))
    shown = dict(re.findall(r'id="shape-(\w+)".*?<summary>Example</summary><pre tabindex="0">(.*?)</pre>', html))
    assert set(shown) == set(description["components"]["schemas"])
    for name, text in shown.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
        assert validator_for(schema).is_valid(json.loads(unescape(text))), name
