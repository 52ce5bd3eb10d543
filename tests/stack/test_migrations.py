"""Migrations run before the application starts; a wrong one changes nothing and takes nothing down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.stack import Stack


@pytest.fixture
def wrong(stage: Stack) -> Iterator[Path]:
    """A migration whose second statement PostgreSQL refuses; afterwards the stack is as it was."""
    file = stage.folder / "docker/app/src/jobs/migrations/0099_wrong.sql"
    file.write_text("CREATE TABLE half_made (id int);\n\nALTER TABLE jobs ADD COLUMN mood txet;\n")
    yield file
    file.unlink()
    stage.up()


def test_they_have_run_once_before_the_application_started(stage: Stack) -> None:
    migrate = stage.container("migrate").attrs["State"]
    assert (migrate["Status"], migrate["ExitCode"]) == ("exited", 0)
    for container in [stage.container("api"), *stage.containers("worker")]:
        assert migrate["FinishedAt"] <= container.attrs["State"]["StartedAt"]


async def test_a_wrong_one_is_told_changes_nothing_and_the_old_version_goes_on(stage: Stack, wrong: Path) -> None:
    before = {one.id for service in ("api", "worker") for one in stage.containers(service)}

    up = stage.tried("up", "--wait", "--build")

    assert up.returncode == 1
    assert '"error": "0099_wrong.sql:3: type \\"txet\\" does not exist"' in up.stdout + up.stderr
    assert {one.id for service in ("api", "worker") for one in stage.containers(service)} == before
    await stage.says("ready")
    assert (await stage.ended(stage.submit("digest", {"text": "old"})))["status"] == "done"
    half = ["psql", "-U", "jobs", "-d", "jobs", "-Atc", "SELECT to_regclass('half_made') IS NULL"]
    assert stage.container("postgres").exec_run(half).output.strip() == b"t"


async def test_an_application_ahead_of_its_schema_says_so_and_serves_once_it_is_there(stage: Stack) -> None:
    def sql(statement: str) -> None:
        done = stage.container("postgres").exec_run(["psql", "-U", "jobs", "-d", "jobs", "-c", statement])
        assert done.exit_code == 0, done.output

    sql("ALTER TABLE schema_migrations RENAME TO aside")
    try:
        stage.container("api").restart()
        answer = await stage.says("down")
        assert "run migrate" in answer.body["checks"]["postgres"]["error"]
    finally:
        sql("ALTER TABLE aside RENAME TO schema_migrations")
    await stage.says("ready")
