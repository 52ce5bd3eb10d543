"""The OpenAPI document is valid, and true: every answer that `Stack.ask` gets is held against it."""

from __future__ import annotations

import pytest
from jsonschema import ValidationError
from openapi_spec_validator import validate

from tests.stack.answer import Answer
from tests.stack.contract import documented
from tests.stack.stack import Stack


def test_it_is_valid_and_of_this_version(stage: Stack) -> None:
    document = stage.ask("/openapi.json").body
    validate(document)
    assert document["info"]["version"] == "1.0.0"


def test_it_tells_which_kinds_and_limits_there_are(stage: Stack) -> None:
    job = stage.ask("/openapi.json").body["components"]["schemas"]["NewJob"]["properties"]
    refused = stage.ask("/jobs", {"kind": "nonsense"}).body["error"]
    assert refused == f"kind: must be one of {', '.join(job['kind']['enum'])}"
    assert stage.ask("/jobs", {"kind": "flaky", "max_attempts": job["max_attempts"]["maximum"] + 1}).status == 422


def test_an_answer_that_it_does_not_tell_of_is_noticed(stage: Stack) -> None:
    base = f"http://127.0.0.1:{stage.port('api', 8000)}"
    headers = {"x-request-id": "1"}
    with pytest.raises(AssertionError, match="tells of no 418"):
        documented(base, "GET", "/jobs", Answer(418, {}, headers))
    with pytest.raises(ValidationError):
        documented(base, "GET", "/jobs", Answer(200, {"jobs": [{"id": 1}]}, headers))
