"""The OpenAPI document of the HTTP API, made from what the code itself goes by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jobs.store import STATUSES

LIMITS = {"limit": (1, 500), "max_attempts": (1, 10)}
"""Smallest and largest value that is accepted."""

_TEXT, _TIME = {"type": "string"}, {"type": ["string", "null"], "format": "date-time"}
_ID = {"type": "string", "format": "uuid"}
_KNOWN = {"name": "id", "in": "path", "required": True, "schema": _ID}
_REQUEST_ID = {
    "X-Request-ID": {"description": "The one that was given, or a new one; it is in every log line.", "schema": _TEXT}
}
_RETRY = {"Retry-After": {"description": "Seconds after which to try again.", "schema": {"type": "integer"}}}

_REFUSALS = {
    400: "The body is not JSON.",
    404: "There is no such job.",
    413: "The body is too large.",
    422: "A value is missing or wrong; the error begins with its name.",
    500: "A bug; the log tells more under the request's id.",
    503: "PostgreSQL or Redis is away. Nothing was queued.",
}


def document(version: str, kinds: Iterable[str]) -> dict[str, Any]:
    """The document for this version of the application, whose workers know those kinds of jobs."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "jobs",
            "version": version,
            "description": "Takes jobs, queues them, tells what became of them.",
        },
        "paths": {
            "/jobs": {"post": _post_job(), "get": _get_jobs()},
            "/jobs/{id}": {"get": _operation("One job.", {200: _ref("Job")}, 404, 503, parameters=[_KNOWN])},
            "/health/live": {"get": _operation("Whether the process serves.", {200: _ref("Live")})},
            "/health/ready": {"get": _get_ready()},
            "/metrics": {"get": _operation("For Prometheus.", {200: None})},
            "/openapi.json": {"get": _operation("This document.", {200: {"type": "object"}})},
        },
        "components": {"schemas": _schemas(list(kinds))},
    }


def _post_job() -> dict[str, Any]:
    operation = _operation("Queue a job.", {202: _ref("Job")}, 400, 413, 422, 503)
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref("NewJob")}}}
    operation["responses"]["202"]["headers"]["Location"] = {"description": "Where the job is found.", "schema": _TEXT}
    return operation


def _get_jobs() -> dict[str, Any]:
    least, most = LIMITS["limit"]
    limit = {"type": "integer", "minimum": least, "maximum": most, "default": 50}
    parameters = [
        {"name": "status", "in": "query", "schema": {"type": "string", "enum": list(STATUSES)}},
        {"name": "limit", "in": "query", "schema": limit},
    ]
    return _operation("The newest jobs, newest first.", {200: _ref("Jobs")}, 422, 503, parameters=parameters)


def _get_ready() -> dict[str, Any]:
    strict = {"name": "strict", "in": "query", "description": "1: degraded is 503 too.", "schema": _TEXT}
    answers = {200: _ref("Readiness"), 503: _ref("Readiness")}
    return _operation("What is there and what is not.", answers, parameters=[strict])


def _operation(
    summary: str, answers: dict[int, Any], *refusals: int, parameters: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    responses = {str(status): _answer(summary, schema) for status, schema in answers.items()}
    for status in (*refusals, 500):
        response = _answer(_REFUSALS[status], _ref("Refusal"))
        response["headers"] |= _RETRY if status == 503 else {}
        responses[str(status)] = response
    return {"summary": summary, "responses": responses} | ({"parameters": list(parameters)} if parameters else {})


def _answer(description: str, schema: dict[str, Any] | None) -> dict[str, Any]:
    content = {"text/plain": {"schema": _TEXT}} if schema is None else {"application/json": {"schema": schema}}
    return {"description": description, "headers": dict(_REQUEST_ID), "content": content}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: Iterable[str] = (), **properties: Any) -> dict[str, Any]:
    shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": list(required)} if required else {})


def _schemas(kinds: list[str]) -> dict[str, Any]:
    least, most = LIMITS["max_attempts"]
    attempts = {"type": "integer", "minimum": least, "maximum": most}
    payload, nothing = {"type": "object"}, {"type": ["string", "null"]}
    job = {
        "id": _ID,
        "kind": _TEXT,
        "payload": payload,
        "status": {"type": "string", "enum": list(STATUSES)},
        "attempts": {"type": "integer", "minimum": 0},
        "max_attempts": attempts,
        "result": {},
        "error": nothing,
        "worker": nothing,
        "request_id": nothing,
        "traceparent": nothing,
        "created_at": {"type": "string", "format": "date-time"},
        "started_at": _TIME,
        "finished_at": _TIME,
    }
    check = _object(["ok", "ms"], ok={"type": "boolean"}, ms={"type": "number"}, error=_TEXT)
    return {
        "NewJob": _object(
            ["kind"],
            kind={"type": "string", "enum": kinds},
            payload=payload,
            max_attempts=attempts | {"default": 3},
        )
        | {"additionalProperties": True},
        "Job": _object(job, **job),
        "Jobs": _object(["jobs"], jobs={"type": "array", "items": _ref("Job")}),
        "Refusal": _object(["error"], error=_TEXT),
        "Live": _object(["status"], status={"const": "live"}),
        "Readiness": _object(
            ["status", "checks"],
            status={"type": "string", "enum": ["ready", "degraded", "down"]},
            checks=_object(["postgres", "redis"], postgres=check, redis=check),
        ),
    }
