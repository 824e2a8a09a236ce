"""`/api/docs`: the API's description as a page of ours. Swagger's own page would load scripts from elsewhere."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas.api import api

Described = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a call, or a field of a shape."""

    name: str
    kind: str
    shape: str
    """The shape that it holds, for a link; empty for plain values."""
    meaning: str
    is_required: bool
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    phrase: str
    meaning: str
    shape: str


@dataclass(frozen=True, slots=True)
class Call:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    answers: tuple[Answer, ...]
    example: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    description: str
    fields: tuple[Field, ...]
    example: str


@require_GET
def show_api(request: HttpRequest) -> HttpResponse:
    groups, shapes = _read_description()
    origin = f"{request.scheme}://{request.get_host()}"
    return render(request, "api/docs.html", {"groups": groups, "shapes": shapes, "origin": origin})


@cache
def _read_description() -> tuple[dict[str, list[Call]], list[Shape]]:
    """Calls by their tag, and the shapes they name; the description is the same for the life of the process."""
    description = api.get_openapi_schema(path_prefix="")
    schemas = description["components"]["schemas"]
    groups: dict[str, list[Call]] = {}
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            groups.setdefault(call.get("tags", ["other"])[0], []).append(_call(path, method, call))
    shapes = [_shape(name, schemas) for name in sorted(schemas)]
    return groups, shapes


def _call(path: str, method: str, call: Described) -> Call:
    return Call(
        anchor=call["operationId"],
        method=method.upper(),
        path=path,
        summary=call["summary"],
        description=call.get("description", ""),
        parameters=tuple(
            Field(each["name"], kind_of(each["schema"]), "", each.get("description", ""), each["required"], each["in"])
            for each in call["parameters"]
        ),
        answers=tuple(_answers(call["responses"])),
        example=_curl(path, method, call),
        is_open="security" not in call,
    )


def _answers(responses: Mapping[int, Described]) -> Iterator[Answer]:
    for status, answer in responses.items():
        contents: list[Described] = list(answer.get("content", {}).values())
        schema = contents[0]["schema"] if contents else {}
        phrase = HTTPStatus(status).phrase
        meaning = answer["description"] if answer["description"] != phrase else ""
        yield Answer(status, phrase, meaning, shape_of(schema))


def _curl(path: str, method: str, call: Described) -> str:
    query = {}
    for each in call["parameters"]:
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", _example_of(each["schema"], each["name"], {}))
        elif each["required"]:
            query[each["name"]] = _example_of(each["schema"], each["name"], {})
    parts = ["curl", *([] if method == "get" else ["-X", method.upper()])]
    if "security" in call:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    return " ".join([*parts, f'"$SUPPORTSAAS{path}{"?" if query else ""}{urlencode(query)}"'])


def _shape(name: str, schemas: Described) -> Shape:
    schema = schemas[name]
    needed = set(schema.get("required", ()))
    return Shape(
        name=name,
        description=schema.get("description", ""),
        fields=tuple(
            Field(each, kind_of(its), shape_of(its), its.get("description", ""), each in needed)
            for each, its in schema.get("properties", {}).items()
        ),
        example=json.dumps(_example_of(schema, name, schemas), indent=2, ensure_ascii=False),
    )


def shape_of(schema: Described) -> str:
    """The name of the first shape that a value may hold."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    inner = [*schema.get("anyOf", ()), *(schema[name] for name in ("items", "additionalProperties") if name in schema)]
    return next((found for each in inner if isinstance(each, Mapping) and (found := shape_of(each))), "")


def kind_of(schema: Described) -> str:
    """What values are possible, in words."""
    if "$ref" in schema:
        return shape_of(schema)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind_of(each) for each in schema["anyOf"]))
    if "const" in schema:
        return f"“{schema['const']}”"
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    kind = schema.get("type", "any value")
    if kind == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {kind_of(schema.get('items', {}))}{most}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"name to {kind_of(schema['additionalProperties'])}"
    if kind == "integer":
        return "whole number" + _bounds(schema)
    if kind == "string":
        form = {"date-time": "time (ISO 8601, Z)", "uuid": "UUID"}.get(schema.get("format", ""), "text")
        return form + (f", at most {schema['maxLength']} characters" if "maxLength" in schema else "")
    return {"boolean": "true or false"}.get(kind, str(kind))


def _bounds(schema: Described) -> str:
    words = f" from {schema['minimum']} to {schema['maximum']}" if {"minimum", "maximum"} <= set(schema) else ""
    return words + (f", {schema['default']} unless told" if schema.get("default") is not None else "")


def _example_of(schema: Described, name: str, schemas: Described) -> Any:
    """A value that the schema allows; the schemas' own examples where they have some."""
    if "$ref" in schema:
        return _example_of(schemas[shape_of(schema)], name, schemas)
    for key in ("example", "const", "default"):
        if schema.get(key) is not None and key in schema:
            return schema[key]
    for several in ("examples", "enum"):
        if schema.get(several):
            return schema[several][0]
    if "anyOf" in schema:
        return _example_of(schema["anyOf"][0], name, schemas)
    kind = schema.get("type")
    if kind == "object":
        if isinstance(schema.get("additionalProperties"), Mapping):
            return {"open": _example_of(schema["additionalProperties"], "open", schemas)}
        return {each: _example_of(its, each, schemas) for each, its in schema.get("properties", {}).items()}
    if kind == "array":
        return [_example_of(schema.get("items", {}), name, schemas)]
    if kind == "string":
        forms = {"date-time": "2026-01-31T09:00:00Z", "uuid": "6f0c8f5e-3b0a-4d5e-9a55-0d6b2f1c7a10"}
        return forms.get(schema.get("format", ""), name)
    return {"integer": schema.get("minimum", 0), "number": 0.25, "boolean": False}.get(str(kind))
