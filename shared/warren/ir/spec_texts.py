"""Type specs and values in short, for messages. Must not know how a value is checked."""

from __future__ import annotations

import json

from warren.contracts.class_names import short_name
from warren.contracts.plain import to_plain
from warren.contracts.tags import TAG, Json


def tag_of(value: Json) -> str | None:
    """The tag of a tagged value, or None for plain JSON."""
    tag = value.get(TAG) if isinstance(value, dict) else None
    return tag if isinstance(tag, str) else None


def shown_name(ref: str) -> str:
    """The name of a class as a person reads it: `shop:Order`, `shop:Page[Item]`."""
    head, bracket, _ = ref.partition("[")
    return f"{head.partition(':')[0]}:{short_name(ref)}" if bracket else ref


def spec_text(spec: Json) -> str:
    """A spec as a person would write the type."""
    if isinstance(spec, str):
        return {"none": "None", "decimal": "Decimal", "uuid": "UUID", "path": "Path", "any": "any value"}.get(
            spec, spec
        )
    if spec is None:
        return "any value"
    ((kind, inner),) = spec.items()
    match kind:
        case "tuple_of":
            return f"tuple[{spec_text(inner)}, ...]"
        case "tuple" | "dict" | "ordereddict" | "defaultdict":
            return f"{kind}[{', '.join(map(spec_text, inner))}]"
        case "known":
            name, *parts = inner if isinstance(inner, list) else [inner]
            return short_name(name) + (f"[{', '.join(map(spec_text, parts))}]" if parts else "")
        case "instance" | "code":
            return inner if kind == "instance" else spec_text(inner[0])
        case "union":
            return " | ".join(map(spec_text, inner))
        case "literal":
            return f"one of {', '.join(map(value_text, inner))}"
        case "type":
            return shown_name(inner)
        case "bounded":
            return spec_text(inner[0])
    return f"{kind}[{spec_text(inner)}]"


def value_text(value: Json) -> str:
    """A value in short, for a message."""
    tag = tag_of(value)
    if tag == "enum":
        return f"{value.get('t')}.{value.get('n')}"
    if tag in {"dataclass", "model", "exception"}:
        return f"a {value.get('t')}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if tag in {"tuple", "set", "frozenset", "dict"}:
        return f"a {tag}"
    if isinstance(value, dict) and tag is None:
        return f"an object with {', '.join(map(repr, list(value)[:5])) or 'no fields'}"
    try:
        text = json.dumps(to_plain(value), ensure_ascii=False, default=repr)
    except Exception:  # noqa: BLE001 - it may be tagged as what it is not, in any way; then as it came
        text = json.dumps(value, ensure_ascii=False, default=repr)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f"{tag} {text}" if tag is not None else text
