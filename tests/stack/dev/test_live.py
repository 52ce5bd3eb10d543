"""Development on the newest source: what is saved is answered a moment later, and nobody is turned away meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.eventually import eventually
from tests.stack.hammer import hammering
from tests.stack.live import edits, heard, is_found, reloads, repeats, said, says, served_by, source, watching
from tests.stack.stack import Stack


@pytest.fixture(scope="module")
def live(dev: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Watched by devbox; in the end its containers have what the folder has."""
    with watching(dev, tmp_path_factory.mktemp("watch") / "log"):
        yield dev
    dev.devbox("sync", "repair")


def test_no_folder_of_this_machine_is_mounted_where_the_source_runs(dev: Stack) -> None:
    mounts = [
        mount
        for service in ("api", "worker", "migrate", "seed", "mailbox")
        for container in dev.containers(service)
        for mount in container.attrs["Mounts"]
    ]
    assert {mount["Type"] for mount in mounts} == {"volume"}


@pytest.mark.parametrize("service", ["api", "worker"])
def test_what_reloads_is_hardened_still(dev: Stack, service: str) -> None:
    container = dev.container(service)
    host = container.attrs["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["CapAdd"]) == (True, ["ALL"], None)
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert {uid for _, uid in container.top(ps_args="-eo pid,uid")["Processes"]} == {"10001"}


async def test_ten_saves_fail_no_request_of_a_new_connection(live: Stack) -> None:
    # In several files: one that changes each time at once after it was sent would be taken for a loop.
    words = {source(live, f"word{number}.py"): "-" for number in range(3)}

    def save(path: Path, word: str) -> str:
        words[path] = word
        path.write_text(f'WORD = "{word}"\n')
        return "".join(words.values())

    with edits(source(live, "api.py"), *words):
        for path in words:
            save(path, "-")
        repeats(live, list(words))
        await heard(live, "---")
        with hammering(live.port("api", 8000)) as tally:
            for number in range(10):
                await heard(live, save(list(words)[number % 3], str(number)))
    assert tally.answered["POST by new connections"] > 10
    assert [failure for failure in tally.failures if "new connections" in failure] == []


async def test_a_worker_takes_new_code_at_once_and_ends_its_job_with_the_old(live: Stack) -> None:
    kinds = source(live, "kinds.py")
    with edits(kinds):
        plain = kinds.read_text()
        assert '{"slept": seconds}' in plain
        old = live.submit("sleep", {"seconds": 1.5})
        await eventually(lambda: live.job(old)["status"] == "running", timeout=30)

        kinds.write_text(plain.replace('{"slept": seconds}', '{"rested": seconds}'))

        async def by_new_code() -> bool:
            job = await live.ended(live.submit("sleep", {"seconds": 0}))
            return bool(job["result"] == {"rested": 0})

        await eventually(by_new_code, timeout=60)
        assert (await live.ended(old))["result"] == {"slept": 1.5}


async def test_source_that_cannot_be_loaded_is_told_and_the_code_before_goes_on_until_it_is_repaired(
    live: Stack,
) -> None:
    api = source(live, "api.py")
    with edits(api):
        says(live, "before")
        await heard(live, "before")
        plain = api.read_text()

        api.write_text(plain + "def broken(:\n")

        await is_found(live, "api", "unhealthy", f"jobs/api.py:{plain.count(chr(10)) + 1}: SyntaxError")
        assert said(live) == "before"
        assert b'"level": "error", "logger": "live", "message": "jobs/api.py:' in live.container("api").logs()

        says(live, "repaired")
        api.write_text(api.read_text().replace("def broken(:\n", ""))

        await heard(live, "repaired")
        await is_found(live, "api", "healthy")


async def test_a_module_that_is_deleted_is_gone(live: Stack) -> None:
    api, words = source(live, "api.py"), source(live, "words.py")
    with edits(api, words):
        words.write_text('WORD = "from another module"\n')
        repeats(live, [words])
        await heard(live, "from another module")

        words.unlink()

        refused = b"ImportError: cannot import name 'words'"
        await eventually(lambda: refused in live.container("api").logs(), timeout=60)
        assert said(live) == "from another module"
        assert live.container("worker").exec_run(["python", "-c", "import jobs.words"]).exit_code == 1
    await heard(live, "")


async def test_many_files_at_once_are_not_as_many_reloads(live: Stack) -> None:
    made = [source(live, f"part{number}.py") for number in range(60)]
    before = reloads(live, "api")
    with edits(source(live, "api.py"), *made):
        for path in made:
            path.write_text("NUMBER = 1\n")
        says(live, "all are there")
        await heard(live, "all are there")
        assert reloads(live, "api") - before < 6


async def test_reloads_that_overtake_each_other_leave_one_process(live: Stack) -> None:
    api = live.container("api")
    before = reloads(live, "api")
    api.exec_run(["sh", "-c", "for each in $(seq 60); do kill -HUP 1; sleep 0.0$((each % 5)); done"])
    await eventually(lambda: reloads(live, "api") > before and len(served_by(live, "api")) == 1, timeout=60)


async def test_a_process_that_was_killed_is_started_again_by_a_save_though_nothing_is_changed_by_it(
    live: Stack,
) -> None:
    api = live.container("api")
    (killed,) = served_by(live, "api")
    api.exec_run(["kill", "-KILL", killed])
    await is_found(live, "api", "unhealthy", "it ended with -9")

    api.exec_run(["touch", "/srv/app/jobs/api.py"])

    await is_found(live, "api", "healthy")


async def test_a_module_that_cannot_be_read_is_no_end_of_reloading(live: Stack) -> None:
    api, loop = live.container("api"), "/srv/app/jobs/loop.py"
    with edits(source(live, "api.py")):
        try:
            assert api.exec_run(["ln", "-s", "loop.py", loop]).exit_code == 0
            says(live, "reloaded beside it")
            await heard(live, "reloaded beside it")
        finally:
            api.exec_run(["rm", "-f", loop])


async def test_the_tests_are_those_of_the_folder(live: Stack) -> None:
    test, api = live.folder / "docker/app/tests/test_new.py", live.container("api")
    with edits(test):
        test.write_text("def test_it() -> None:\n    assert True\n")
        await eventually(lambda: api.exec_run(["ls", "/srv/tests/test_new.py"]).exit_code == 0, timeout=60)
        done = api.exec_run(["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "/srv/tests/test_new.py"])
        assert b"1 passed" in done.output


async def test_an_import_that_hangs_is_told_and_does_not_keep_the_next_save_from_being_served(live: Stack) -> None:
    api = source(live, "api.py")
    with edits(api):
        plain = api.read_text()
        api.write_text(plain + "import time\n\ntime.sleep(3600)\n")
        await is_found(live, "api", "unhealthy", "not ready after 10 s")
        assert said(live) == ""

        api.write_text(plain)
        says(live, "no longer")

        await heard(live, "no longer")
        await is_found(live, "api", "healthy")


async def test_both_sides_are_the_same_in_the_end(live: Stack) -> None:
    await eventually(lambda: live.tried("sync", "verify").returncode == 0, timeout=60)
