"""Backups that bring the data back, keep what they shall, and say when they fail."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.eventually import eventually
from tests.stack.production import Production


def sql(prod: Production, statement: str) -> str:
    command = ["psql", "-h", "/var/run/postgresql", "-U", "jobs", "-d", "jobs", "-Atc", statement]
    done = prod.container("postgres").exec_run(command)
    assert done.exit_code == 0, done.output.decode()
    return done.output.decode().strip()


def health(prod: Production) -> tuple[int, str]:
    """What the container's own check says now."""
    command = prod.container("backup").attrs["Config"]["Healthcheck"]["Test"][1:]
    done = prod.container("backup").exec_run(command)
    return done.exit_code, done.output.decode().strip()


def files(prod: Production) -> set[str]:
    """What lies in the folder, hidden or not, but for the lock."""
    shown = prod.container("backup").exec_run(["sh", "-c", "ls -A $BACKUP_FOLDER"]).output.decode().split()
    return set(shown) - {".lock"}


def test_the_first_is_made_at_once(prod: Production) -> None:
    code, said = health(prod)
    assert code == 0, said
    assert said.startswith(prod.backups()[-1])


async def test_what_was_destroyed_comes_back(prod: Production) -> None:
    id = prod.submit("digest", {"text": "precious"})
    done = await prod.ended(id)
    prod.backup("now")
    sql(prod, "DROP TABLE jobs CASCADE")

    prod.backup("restore", prod.backups()[-1])

    assert prod.job(id) == done
    assert await prod.ended(prod.submit("digest", {"text": "and it goes on"}))


def test_a_restore_that_fails_changes_nothing(prod: Production) -> None:
    prod.backup("now")
    name = prod.backups()[-1]
    count = sql(prod, "SELECT count(*) FROM jobs")
    # Without its end the dump is read up to the data, which then does not come.
    script = f'f=$BACKUP_FOLDER/{name}; size=$(stat -c %s "$f"); truncate -s $((size - 40)) "$f"'
    assert prod.container("backup").exec_run(["sh", "-c", script]).exit_code == 0
    with pytest.raises(AssertionError, match="nothing was restored: the database is as it was"):
        prod.backup("restore", name)
    assert sql(prod, "SELECT count(*) FROM jobs") == count
    prod.container("backup").exec_run(["sh", "-c", f"rm $BACKUP_FOLDER/{name}"])


def test_a_dump_that_is_not_there_is_refused_with_those_that_are(prod: Production) -> None:
    with pytest.raises(AssertionError, match=f"there is no dump nothing.dump, but: .*{prod.backups()[-1]}"):
        prod.backup("restore", "nothing.dump")


def test_a_failure_leaves_no_half_file_and_is_the_health_until_one_succeeds(prod: Production) -> None:
    before = files(prod)
    with pytest.raises(AssertionError):
        prod.backup("now", PGDATABASE="nowhere")
    assert files(prod) == before | {".failure"}
    code, said = health(prod)
    assert code == 1
    assert 'the last backup failed: pg_dump: error: connection to server at "postgres"' in said
    assert 'database "nowhere" does not exist' in said

    prod.backup("now")

    assert health(prod)[0] == 0


def test_an_old_backup_is_no_health(prod: Production) -> None:
    command = ["env", "BACKUP_EVERY=1", "sh", "/usr/local/bin/backup", "health"]
    container = prod.container("backup")
    assert container.exec_run(["sh", "-c", 'touch -d "2 minutes ago" $BACKUP_FOLDER/*.dump']).exit_code == 0
    done = container.exec_run(command)
    assert done.exit_code == 1
    assert b"and one every 1 s is wanted" in done.output


async def test_the_schedule_makes_them_and_keeps_the_newest(prod: Production) -> None:
    options = ["-e", "BACKUP_EVERY=1", "-e", "BACKUP_KEEP=2"]
    name = prod.devbox("run", "-d", *options, "backup", "every").strip()
    first = set(prod.backups())
    await eventually(lambda: len(set(prod.backups()) - first) == 2, timeout=60)
    scheduled = prod.client.containers.get(name)
    scheduled.stop()
    scheduled.reload()
    assert scheduled.attrs["State"]["ExitCode"] == 143  # at once, by the signal
    scheduled.remove()
    assert len(prod.backups()) == 2
    assert not [file for file in files(prod) if file.startswith(".part")]


def test_a_dump_can_be_taken_elsewhere(prod: Production) -> None:
    name = prod.backups()[-1]
    kept = prod.container("backup").exec_run(["sh", "-c", f"cat $BACKUP_FOLDER/{name}"]).output
    command = [sys.executable, "-m", "devbox", "-e", "prod", "-p", prod.project, "--yes-i-mean", "prod"]
    export = [*command, "run", "--rm", "backup", "export", name]
    taken = subprocess.run(export, cwd=prod.folder, env=os.environ | prod.variables, check=True, capture_output=True)
    assert taken.stdout == kept
    assert kept.startswith(b"PGDMP")


@pytest.mark.parametrize(("variable", "value"), [("BACKUP_EVERY", "daily"), ("BACKUP_KEEP", "0")])
def test_a_wrong_setting_is_named(prod: Production, variable: str, value: str) -> None:
    command = ["env", f"{variable}={value}", "sh", "/usr/local/bin/backup", "now"]
    done = prod.container("backup").exec_run(command)
    assert done.exit_code == 2
    assert f"{variable} is '{value}'" in done.output.decode()


def test_a_full_volume_is_named_and_takes_no_half_file(prod: Production) -> None:
    container = prod.container("backup")
    password = next(one["Source"] for one in container.attrs["Mounts"] if one["Destination"].startswith("/run/secrets"))
    script = "head -c 8k /dev/zero > /full/other; sh /backup now 2>&1; sh /backup health; ls /full; true"
    said = prod.client.containers.run(
        container.image,
        entrypoint=["sh", "-c", script],
        environment=[*container.attrs["Config"]["Env"], "BACKUP_FOLDER=/full", "PASSWORD_FILE=/password"],
        user="999:999",
        network=f"{prod.project}_back",
        tmpfs={"/tmp": "mode=1777", "/full": "size=8k,uid=999,mode=0700"},
        volumes=[f"{prod.folder}/docker/postgres/backup:/backup:ro", f"{password}:/password:ro"],
        remove=True,
    ).decode()
    assert "(0 kB are free in /full)" in said
    assert said.endswith("the last backup failed: /full is full, the log tells more\nother\n")
