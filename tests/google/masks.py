"""The `fields` parameter: which part of a reply is sent, held against Google's discovery documents."""

import json
from functools import cache
from importlib.resources import files

from tests.google.errors import bad_mask

Mask = dict[str, "Mask"]


@cache
def document(name: str) -> dict:
    """Google's discovery document: "sheets.v4", "drive.v3"."""
    folder = files("googleapiclient.discovery_cache.documents")
    return json.loads((folder / f"{name}.json").read_text())


def parsed(text: str) -> Mask:
    """sheets(properties(sheetId,title),protectedRanges) as a tree; {} takes everything below."""
    tree, rest = _parse(text.replace("/", ".").replace(" ", ""))
    if rest:
        raise bad_mask(text)
    return tree


def _parse(text: str) -> tuple[Mask, str]:
    tree: Mask = {}
    while text and text[0] != ")":
        end = next((at for at, sign in enumerate(text) if sign in ",()"), len(text))
        names, text = text[:end].split("."), text[end:]
        below: Mask = {}
        if text.startswith("("):
            below, text = _parse(text[1:])
            if not text.startswith(")"):
                raise bad_mask(text)
            text = text[1:]
        node = tree
        for name in names[:-1]:
            node = node.setdefault(name, {})
        node.setdefault(names[-1], {}).update(below)
        text = text.removeprefix(",")
    return tree, text


def check(mask: Mask, schema: dict, api: str, path: str = "") -> None:
    """Raises Refusal where the schema has no such field."""
    for name, below in mask.items():
        if name == "*":
            continue
        here = f"{path}.{name}" if path else name
        found = _resolved(schema, api).get("properties", {}).get(name)
        if found is None:
            raise bad_mask(here)
        check(below, found.get("items", found), api, here)


def _resolved(schema: dict, api: str) -> dict:
    return document(api)["schemas"][schema["$ref"]] if "$ref" in schema else schema


def taken(reply: object, mask: Mask) -> object:
    """The part of a reply that a mask takes; lists are gone through, what is left empty goes."""
    if not mask or "*" in mask:
        return reply
    if isinstance(reply, list):
        return [taken(item, mask) for item in reply]
    if not isinstance(reply, dict):
        return reply
    return {name: taken(value, mask[name]) for name, value in reply.items() if name in mask}
