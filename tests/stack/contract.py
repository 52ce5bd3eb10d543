"""Whether what the API answers is what its OpenAPI document says."""

from __future__ import annotations

import functools
import json
import re
import urllib.request
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from tests.stack.answer import Answer


@functools.cache
def document(base: str) -> dict[str, Any]:
    """The document of the API at that address."""
    with urllib.request.urlopen(f"{base}/openapi.json", timeout=10) as response:
        return dict(json.load(response))


def documented(base: str, method: str, path: str, answer: Answer) -> Answer:
    """The answer, once it is found in the document with its status, headers and body; paths without a route are not."""
    contract = document(base)
    operation = _operation(contract, method.lower(), path.partition("?")[0])
    if operation is None:
        assert answer.status in (404, 405), f"{method} {path} is not in the document and answered {answer}"
        return answer
    assert str(answer.status) in operation["responses"], f"{method} {path}: the document tells of no {answer.status}"
    told = operation["responses"][str(answer.status)]
    missing = {name.lower() for name in told["headers"]} - answer.headers.keys()
    assert not missing, f"{method} {path} answered {answer.status} without {missing}"
    schema = told["content"]["application/json"]["schema"] | {"components": contract["components"]}
    Draft202012Validator(schema).validate(answer.body)
    return answer


def _operation(contract: Mapping[str, Any], method: str, path: str) -> dict[str, Any] | None:
    for template, item in contract["paths"].items():
        if method in item and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return dict(item[method])
    return None
