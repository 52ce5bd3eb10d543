"""What a client of the application's HTTP API can rely on."""

from __future__ import annotations

import hashlib
import json

from tests.eventually import eventually
from tests.stack.stack import Stack


async def test_a_posted_job_is_done_by_a_worker_and_read_back(stage: Stack) -> None:
    answer = stage.ask("/jobs", {"kind": "digest", "payload": {"text": "hello"}})
    assert (answer.status, answer.body["status"]) == (202, "queued")
    assert answer.headers["location"] == f"/jobs/{answer.body['id']}"

    job = await stage.ended(answer.body["id"])

    assert job["status"] == "done"
    assert job["result"] == {"sha256": hashlib.sha256(b"hello").hexdigest(), "bytes": 5}


async def test_the_list_is_newest_first_and_can_be_narrowed(stage: Stack) -> None:
    older, newer = stage.submit("digest", {"text": "a"}), stage.submit("digest", {"text": "b"})
    await stage.ended(older)
    await stage.ended(newer)

    listed = [job["id"] for job in stage.ask("/jobs?status=done&limit=2").body["jobs"]]

    assert listed == [newer, older]


def test_refusals_say_what_is_wrong(stage: Stack) -> None:
    refusals = [
        stage.ask("/jobs", {"kind": "nonsense"}),
        stage.ask("/jobs", {"kind": "digest", "payload": [1]}),
        stage.ask("/jobs", {"kind": "digest", "payload": {"text": "\0"}}),
        stage.ask("/jobs", {"kind": "digest", "max_attempts": 0}),
        stage.ask("/jobs?limit=0"),
        stage.ask("/jobs?status=lost"),
    ]
    assert [answer.status for answer in refusals] == [422] * 6
    assert [answer.body["error"].partition(":")[0] for answer in refusals] == [
        "kind", "payload", "payload", "max_attempts", "limit", "status",
    ]  # fmt: skip


def test_a_body_that_is_no_json_or_too_large_is_refused(stage: Stack) -> None:
    assert stage.ask("/jobs", raw=b'{"kind"').status == 400
    assert stage.ask("/jobs", raw=b'"\xff"').status == 400
    assert stage.ask("/jobs", {"kind": "digest", "payload": {"text": "x" * 70_000}}).status == 413


def test_what_is_not_there_is_404(stage: Stack) -> None:
    paths = ["/jobs/1", "/jobs/00000000-0000-0000-0000-000000000000", "/nothing"]
    assert [stage.ask(path).status for path in paths] == [404] * 3


async def test_every_line_of_its_log_is_a_json_object(stage: Stack) -> None:
    answer = stage.ask("/jobs")

    def of_the_request() -> list[dict[str, object]]:
        lines = [json.loads(line) for line in stage.container("api").logs(stderr=False).splitlines()]
        assert all({"ts", "level", "logger", "message"} <= line.keys() for line in lines)
        return [line for line in lines if line.get("request_id") == answer.headers["x-request-id"]]

    (request,) = await eventually(of_the_request, timeout=20)
    assert (request["method"], request["path"], request["status"]) == ("GET", "/jobs", 200)


def test_no_password_is_logged(stage: Stack) -> None:
    logs = b"".join(container.logs() for container in stage.containers())
    for name in ("postgres_password", "redis_password"):
        assert (stage.folder / "config/secrets/stage" / name).read_bytes().strip() not in logs


def test_on_a_kept_connection_no_answer_waits_for_the_one_who_asked(stage: Stack) -> None:
    """Nagle's algorithm would hold each body back; the server's own sockets tell, and no clock."""
    script = (
        "import socket; from jobs.settings import Settings; from jobs import serving; "
        "found = []; serving.Server.run = lambda self, sockets: found.extend(sockets); "
        "serving.run(Settings(port=0)); "
        "print(found[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))"
    )
    done = stage.container("api").exec_run(["python", "-c", script])
    assert (done.exit_code, done.output.split()[-1:]) == (0, [b"1"]), done.output
