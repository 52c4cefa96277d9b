"""From what people wrote to a validated shape, with every fault said in a sentence at its line."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from plugins.newsroom import Fault, Faults
from plugins.reading.manuscripts import moments
from plugins.reading.manuscripts.manuscript import Manuscript
from plugins.reading.manuscripts.manuscript import Path as Keys

S = TypeVar("S", bound=BaseModel)

SENTENCES = {
    **moments.SENTENCES,
    "missing": "{key} is missing; it must be given",
    "extra_forbidden": "{key} is not a key that is used here; check the spelling",
    "extra_but_close": "{key} is not a key that is used here; did you mean {close}?",
    "string_type": "{key} must be a text",
    "string_too_short": "{key} is empty; write something, or remove the line if it isn't needed",
    "string_too_long": "{key} is too long",
    "too_short": "{key} is empty; give at least one",
    "bool_parsing": "{key} must be true or false",
    "bool_type": "{key} must be true or false",
    "int_parsing": "{key} must be a whole number",
    "int_type": "{key} must be a whole number",
    "greater_than_equal": "{key} must be a larger number",
    "tuple_type": "{key} must be a list: [one, two], or lines that begin with a hyphen",
    "slugs_as_text": "{key} must be a list; write {key}: [{value}]",
    "entries": "{key} must be a list; begin each entry with a hyphen, like   - {first}: …",
    "dict_type": "{key} must be lines of the form key: value, indented under it and without a hyphen",
    "model_type": "{key} must be lines of the form key: value, indented under it and without a hyphen",
    "literal_error": "{key} is “{value}”, but must be one of: {expected}",
    "not_an_address": "{key} is “{value}”, but must start with https://, http://, mailto: or tel:+",
    "not_a_service": "{key} is “{value}”, but must start with https:// or /",
    "own_machine": "{key} is “{value}”, which leads to the preview on your own computer; write the public address",
    "not_an_old_address": "{key} is “{value}”; write an address from the root of the site, like /old/address/",
    "replaced_by": "by (the id of the new release) goes with the kind replaced, and only with it",
    "unreachable": "a contact needs a phone number or a mail address",
}
"""A sentence for each kind of fault that pydantic finds."""

PATTERNS = {
    "id": "id is “{value}”; it must be 8 characters a–z and 0–9, made by press new",
    "by": "by is “{value}”; it must be the id of another release, 8 characters a–z and 0–9",
    "responds_to": "responds_to holds “{value}”; it must be the id of an assignment, 8 characters a–z and 0–9",
    "number": "number is “{value}”; write the phone number with country code and no spaces, like +4618123456",
    "mail": "mail is “{value}”, which is not a mail address",
    "file": "file is “{value}”; a file name holds only a–z, A–Z, 0–9, full stop, hyphen and underscore",
    "medtop": "medtop is “{value}”; an IPTC media topic has 8 digits",
    "tag_authority": "tag_authority is “{value}”; write a domain and a year, like example.se,2025",
    "url": "url is “{value}”; write it like https://press.example.se, without a slash at the end",
    "languages": "languages holds “{value}”; write a language as two letters, like sv",
}
"""A sentence for each key whose text must have a certain form; the others are slugs."""

SLUGS = {"audiences", "keywords", "contacts", "responds_to", "moved_from", "missing", "languages"}
"""Keys whose values are short words, which people write without the brackets."""

FIRSTS = {
    "images": "file",
    "documents": "file",
    "links": "text",
    "corrections": "at",
    "changes": "before",
    "tasks": "id",
    "deadlines": "id",
    "legal_refs": "text",
    "signatories": "name",
}
"""Keys whose values are lists of entries, and the first key of such an entry."""

OTHERWISE = "{key} is “{value}”, which can't be used here"
SLUG_PATTERN = "{key} is “{value}”; only a–z, 0–9 and hyphens can stand here"


def shape(manuscript: Manuscript, model: type[S]) -> S:
    """Answer the front matter in its shape. Raises Faults with all that is wrong."""
    return shaped(manuscript.front, manuscript, model)


def shaped(values: dict[str, Any], manuscript: Manuscript, model: type[S]) -> S:
    """Answer the values in the given shape. Raises Faults with all that is wrong, at the manuscript's lines."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Faults(list(_faults(error, manuscript, model))) from None


def _faults(error: ValidationError, manuscript: Manuscript, model: type[BaseModel]) -> Iterator[Fault]:
    names = _names(model)
    for detail in error.errors(include_url=False):
        keys = _keys(detail["loc"])
        close = get_close_matches(str(keys[-1]).lower(), names, n=1) if keys else []
        yield Fault.at(
            manuscript.source,
            manuscript.line(keys),
            _message(detail, keys, close),
            key=_named(keys),
            value=_shown(detail.get("input")),
            first=FIRSTS.get(str(keys[-1]), "") if keys else "",
            close="".join(close),
            expected=str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", "),
        )


def _message(detail: ErrorDetails, keys: Keys, close: list[str]) -> str:
    kind = detail["type"]
    if kind == "string_pattern_mismatch":
        return next((PATTERNS[key] for key in reversed(keys) if key in PATTERNS), SLUG_PATTERN)
    if kind == "extra_forbidden" and close:
        kind = "extra_but_close"
    elif kind == "tuple_type" and keys[-1] in FIRSTS:
        kind = "entries"
    elif kind == "tuple_type" and keys[-1] in SLUGS and isinstance(detail.get("input"), str):
        kind = "slugs_as_text"
    return SENTENCES.get(kind, OTHERWISE)


def _names(shape: Any) -> list[str]:
    """Answer every key that may stand somewhere in the shape."""
    if isinstance(shape, type) and not get_args(shape):
        fields = shape.model_fields if issubclass(shape, BaseModel) else {}
        return [name for key, field in fields.items() for name in (key, *_names(field.annotation))]
    return [name for part in get_args(shape) for name in _names(part)]


def _keys(location: tuple[int | str, ...]) -> Keys:
    return tuple(part for part in location if part != "[key]")


def _named(keys: Keys) -> str:
    """Answer what an editor would call the place: `images.1.alt`, counted from 1 as people do."""
    return ".".join(str(key + 1) if isinstance(key, int) else key for key in keys) or "?"


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return text if len(text) <= 60 else text[:57] + "…"
