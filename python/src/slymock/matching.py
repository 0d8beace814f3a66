"""Comparison of the fields of a request with expected ones."""

from __future__ import annotations

import json
from typing import Any, Mapping


class QueryText(str):
    """A value of a query. Its text may stand for itself, or be the JSON of another value."""


def fields_of(body: Any) -> dict[str, Any]:
    """The fields of a body of the journal: those of an object, or the pairs of a query; none of other bodies."""
    if isinstance(body, dict):
        return body
    if isinstance(body, list) and all(_is_pair(one) for one in body):
        return {name: QueryText(value) for name, value in body}
    return {}


def differences(actual: Mapping[str, Any], expected: Mapping[str, Any], place: str = "") -> list[str]:
    """The places in which ``actual`` is not as expected, such as ``params.slymock``; none if it matches.

    Keys that are not expected are ignored, at each level.
    """
    found: list[str] = []
    for key, wanted in expected.items():
        path = f"{place}{key}"
        if key not in actual:
            found.append(path)
        else:
            found += _difference(_value(actual[key], wanted), wanted, path)
    return found


def _difference(value: Any, wanted: Any, path: str) -> list[str]:
    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        return differences(value, wanted, f"{path}.")
    return [] if _is_equal(value, wanted) else [path]


def _is_equal(value: Any, wanted: Any) -> bool:
    # In Python, True == 1; in JSON, they differ.
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _value(value: Any, wanted: Any) -> Any:
    """The value itself; of a query, the JSON value of its text unless a text is expected."""
    if not isinstance(value, QueryText) or isinstance(wanted, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _is_pair(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)
