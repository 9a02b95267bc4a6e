"""What a client of an older OpenAPI description would trip over in a newer one.

Requests may become more permissive and answers may say more; the other way round breaks somebody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]
# What bounds a value: of the first kind a rise is stricter, of the second a fall.
LOWER = ("minimum", "minLength", "minItems", "exclusiveMinimum")
UPPER = ("maximum", "maxLength", "maxItems", "exclusiveMaximum")


def breaking_changes(old: Node, new: Node) -> list[str]:
    changes: list[str] = []
    for path, operations in old["paths"].items():
        for method, operation in operations.items():
            place = f"{method.upper()} {path}"
            later = new["paths"].get(path, {}).get(method)
            if later is None:
                changes.append(f"{place}: gone")
            else:
                changes += (f"{place} {fault}" for fault in _operation(old, new, operation, later))
    return changes


def _operation(old: Node, new: Node, before: Node, after: Node) -> Iterator[str]:
    yield from _parameters(old, new, before, after)
    yield from _request(old, new, before, after)
    for status, response in before["responses"].items():
        later = after["responses"].get(status)
        if later is None:
            yield f"{status}: no longer answered"
            continue
        for media, content in response.get("content", {}).items():
            if media not in later.get("content", {}):
                yield f"{status}: no longer as {media}"
                continue
            schemas = content.get("schema", {}), later["content"][media].get("schema", {})
            yield from (f"{status}: {fault}" for fault in Answer(old, new).faults(*schemas))


def _parameters(old: Node, new: Node, before: Node, after: Node) -> Iterator[str]:
    known = {_key(parameter): parameter for parameter in _inputs(before)}
    later = {_key(parameter): parameter for parameter in _inputs(after)}
    for key, parameter in known.items():
        if key not in later:
            yield f"{key[0]} parameter {key[1]}: gone"
            continue
        if later[key].get("required") and not parameter.get("required"):
            yield f"{key[0]} parameter {key[1]}: now required"
        schemas = parameter.get("schema", {}), later[key].get("schema", {})
        for fault in Request(old, new).faults(*schemas):
            yield f"{key[0]} parameter {key[1]}: {fault}"
    for key in later.keys() - known.keys():
        if later[key].get("required"):
            yield f"{key[0]} parameter {key[1]}: new and required"


def _inputs(operation: Node) -> list[Node]:
    return operation.get("parameters", [])


def _key(parameter: Node) -> tuple[str, str]:
    return parameter["in"], parameter["name"].lower()


def _request(old: Node, new: Node, before: Node, after: Node) -> Iterator[str]:
    asked, wanted = before.get("requestBody", {}), after.get("requestBody", {})
    if wanted.get("required") and not asked.get("required"):
        yield "body: now required"
    for media, content in asked.get("content", {}).items():
        if media not in wanted.get("content", {}):
            yield f"body: {media} no longer taken"
            continue
        schemas = content.get("schema", {}), wanted["content"][media].get("schema", {})
        yield from (f"body: {fault}" for fault in Request(old, new).faults(*schemas))


class Comparison:
    """Two schemas side by side; each way of data has rules of its own."""

    def __init__(self, old: Node, new: Node) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, str]] = set()

    def faults(self, before: Node, after: Node, place: str = "") -> Iterator[str]:
        pair = before.get("$ref", ""), after.get("$ref", "")
        if all(pair):
            if pair in self.seen:
                return
            self.seen.add(pair)
        before, after = _merged(self.old, before), _merged(self.new, after)
        yield from self.compare(before, after, place or "value")
        for name, inner in before.get("properties", {}).items():
            later = after.get("properties", {}).get(name)
            if later is None:
                yield f"{place}/{name}: gone"
            else:
                yield from self.faults(inner, later, f"{place}/{name}")
        if "items" in before and "items" in after:
            yield from self.faults(before["items"], after["items"], f"{place}/*")

    def compare(self, before: Node, after: Node, place: str) -> Iterator[str]:
        raise NotImplementedError


class Request(Comparison):
    """What was taken before must be taken still."""

    def compare(self, before: Node, after: Node, place: str) -> Iterator[str]:
        for kind in sorted(_types(before) - _types(after)):
            yield f"{place}: {kind} no longer taken"
        for value in _lost(before.get("enum"), after.get("enum")):
            yield f"{place}: {value!r} no longer taken"
        for name in sorted(set(after.get("required", [])) - set(before.get("required", []))):
            yield f"{place}/{name}: now required"
        for bound, sign in [*((name, 1) for name in LOWER), *((name, -1) for name in UPPER)]:
            limit = after.get(bound)
            if limit is not None and (bound not in before or sign * (limit - before[bound]) > 0):
                yield f"{place}: {bound} is stricter"
        if "pattern" in after and after["pattern"] != before.get("pattern"):
            yield f"{place}: another pattern"


class Answer(Comparison):
    """What is answered must be something that was to be expected before."""

    def compare(self, before: Node, after: Node, place: str) -> Iterator[str]:
        for kind in sorted(_types(after) - _types(before)):
            yield f"{place}: may be {kind} now"
        for name in sorted(set(before.get("required", [])) - set(after.get("required", []))):
            if name in after.get("properties", {}):
                yield f"{place}/{name}: may be missing now"
        if before.get("format") != after.get("format"):
            yield f"{place}: another format"
        for value in _lost(before.get("enum"), after.get("enum")):
            yield f"{place}: {value!r} is gone"


def _merged(document: Node, schema: Node) -> Node:
    """The schema with its references and alternatives in one."""
    if "$ref" in schema:
        named = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return _merged(document, named | {k: v for k, v in schema.items() if k != "$ref"})
    whole = {k: v for k, v in schema.items() if k not in ("allOf", "oneOf", "anyOf")}
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        whole = _joined(_merged(document, part), whole)
    return whole


def _joined(one: Node, other: Node) -> Node:
    joined = one | other
    types = _stated(one) | _stated(other)
    if types:
        joined["type"] = sorted(types)
    if "enum" in one or "enum" in other:
        joined["enum"] = [*one.get("enum", []), *other.get("enum", [])]
    return joined


def _stated(schema: Node) -> set[str]:
    stated = schema.get("type", [])
    return {stated} if isinstance(stated, str) else set(stated)


def _types(schema: Node) -> set[str]:
    """A number may be whole, so what takes numbers takes integers."""
    types = _stated(schema) | ({"null"} if None in schema.get("enum", ()) else set())
    return types | {"integer"} if "number" in types else types


def _lost(before: list[Any] | None, after: list[Any] | None) -> list[Any]:
    if before is None or after is None:
        return []
    return [value for value in before if value not in after]
