"""`devbox sync`: both sides compared by content, and made alike."""

from __future__ import annotations

import json

from devbox.plan.commands import Up
from tests.scenarios.stack import Stack

STACK = """
services:
  app: {<<: *apart, tmpfs: [/app/cache], develop: {watch: [{action: sync, path: ./src, target: /app}]}}
  data: {<<: *apart, volumes: ["v:/data"], develop: {watch: [{action: sync, path: ./src, target: /data/in}]}}
volumes: {v: {}}
"""


def written(stack: Stack) -> None:
    src = stack.folder / "src"
    (src / "cache").mkdir(parents=True)
    (src / "cache" / "in a tmpfs").write_text("t")
    (src / "a").write_text("a" * 100_000)
    (src / "b").write_text("b")
    (src / "link").symlink_to("a")
    stack.write(STACK)


async def test_what_is_repaired_verifies_and_each_way_to_differ_is_named(stack: Stack) -> None:
    written(stack)
    await stack.done(Up())
    repaired = stack.devbox("sync", "repair")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    app = stack.containers()["app-1"]
    inside = "cd /app; echo x > a; rm b; rm link; mkdir link; chmod 600 'cache/in a tmpfs'; touch own"
    assert app.exec_run(["sh", "-c", inside]).exit_code == 0
    verified = stack.devbox("sync", "verify", "--json")
    assert verified.returncode == 1
    found = {one["service"]: one["differences"] for one in json.loads(verified.stdout)}
    assert found == {
        "app": [
            {"path": "a", "fault": "other content"},
            {"path": "b", "fault": "missing"},
            {"path": "cache/in a tmpfs", "fault": "other mode"},
            {"path": "link", "fault": "other kind"},
        ],
        "data": [],
    }


async def test_a_repair_goes_on_past_what_cannot_be_written(stack: Stack) -> None:
    written(stack)
    stack.write("""
        services:
          a: {<<: *apart, read_only: true, develop: {watch: [{action: sync, path: ./src/b, target: /app/b}]}}
          z: {<<: *apart, develop: {watch: [{action: sync, path: ./src/b, target: /app/b}]}}
        """)
    await stack.done(Up())
    repaired = stack.devbox("sync", "repair")
    assert repaired.returncode == 1, repaired.stdout + repaired.stderr
    assert "a-1: not synced, 1 path pending\n  /app/b is on a read-only file system.\n" in repaired.stdout
    assert "z-1 /app/b: 1 path, no difference\n" in repaired.stdout
    assert "a-1 /app/b: 1 of 1 path differs\n  missing: b\n" in repaired.stdout


async def test_what_failed_is_counted_for_as_long_as_it_is_wanted(stack: Stack) -> None:
    watch = "{watch: [{action: sync, path: ./src, target: /full/src, initial_sync: true}]}"
    stack.write(f"services:\n  a: {{<<: *service, tmpfs: ['/full:size=64k'], develop: {watch}}}\n")
    folder = stack.folder / "src"
    folder.mkdir()
    (folder / "big").write_bytes(bytes(200_000))
    assert stack.devbox("up", "--wait").returncode == 1

    def counts() -> tuple[int, int]:
        [told] = json.loads(stack.devbox("sync", "status", "--json").stdout)
        return told["pending"], told["failed"]

    assert counts() == (1, 1)
    (folder / "big").unlink()
    assert counts() == (0, 0)


async def test_nothing_is_compared_where_nothing_runs(stack: Stack) -> None:
    written(stack)
    verified = stack.devbox("sync", "verify")
    assert verified.returncode == 1
    assert "no container of these services runs" in verified.stderr
