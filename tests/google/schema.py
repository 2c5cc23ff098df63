"""What Google's discovery documents say of the bodies that go in and out: known fields, right types."""

import re
from functools import cache

from tests.google.masks import document

APIS = ("sheets.v4", "drive.v3")
Complaint = tuple[str, str]  # where: requests[0].repeatCell.cell, what is wrong


@cache
def _methods() -> list[tuple[str, re.Pattern[str], str, str | None, str | None]]:
    """Verb, path, API, schema of the body and of the reply of every method."""
    found = []
    for api in APIS:
        told = document(api)
        base = "/" + told["servicePath"].strip("/")
        base = "" if base == "/" else base
        for method in _walk(told):
            path = f"{base}/{method.get('flatPath') or method['path']}"
            shape = re.sub(r"\\\{[^}]+\\\}", "[^/:]+?", re.escape(path))
            bodies = [method.get(side, {}).get("$ref") for side in ("request", "response")]
            found.append((method["httpMethod"], re.compile(shape), api, *bodies))
    return found


def _walk(told: dict) -> list[dict]:
    below = [method for part in told.get("resources", {}).values() for method in _walk(part)]
    return [*told.get("methods", {}).values(), *below]


def bodies_of(verb: str, path: str) -> tuple[str, str | None, str | None]:
    """API and schemas of request and reply of a call. Raises LookupError where Google has no such method."""
    fitting = [found for found in _methods() if found[0] == verb and found[1].fullmatch(path)]
    if not fitting:
        raise LookupError(f"{verb} {path}")
    return max(fitting, key=lambda found: len(found[1].pattern))[2:]


def complaints(told: object, schema: str, api: str) -> list[Complaint]:
    """Where a body doesn't fit its schema."""
    return list(_check(told, {"$ref": schema}, document(api)["schemas"], ""))


def _check(told: object, schema: dict, schemas: dict, path: str):
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kind = schema.get("type")
    if kind == "object":
        yield from _check_object(told, schema, schemas, path)
    elif kind == "array":
        if not isinstance(told, list):
            yield path, "no list"
        elif schema["items"].get("type") != "any":
            for number, item in enumerate(told):
                yield from _check(item, schema["items"], schemas, f"{path}[{number}]")
    elif wrong := _wrong(told, schema):
        yield path, wrong


def _check_object(told: object, schema: dict, schemas: dict, path: str):
    if not isinstance(told, dict):
        yield path, "no object"
        return
    known, others = schema.get("properties"), schema.get("additionalProperties")
    for name, value in told.items():
        here = f"{path}.{name}" if path else name
        if known and name in known:
            yield from _check(value, known[name], schemas, here)
        elif others:
            yield from _check(value, others, schemas, here)
        elif known is not None:
            yield here, "unknown"


def _wrong(told: object, schema: dict) -> str | None:
    number = isinstance(told, int | float) and not isinstance(told, bool)
    match schema.get("type"):
        case "string" if not isinstance(told, str):
            return "no text"
        case "string" if "enum" in schema and told not in schema["enum"]:
            return f"none of its values: {told}"
        case "boolean" if not isinstance(told, bool):
            return "neither true nor false"
        case "number" if not number:
            return "no number"
        case "integer" if not number or told != int(told):
            return "no whole number"
    return None
