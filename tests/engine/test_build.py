"""Builder on the real engine: each way of building, what it tells, and what is left of a build that fails."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devbox.adapters.build import ImageBuilder, Way, failure
from devbox.adapters.outline import Outline, open_outline
from devbox.compose.model import Build, FileObject, FileReference
from devbox.errors import BuildFailed
from devbox.ports import BuildRequest, Engine, Progress
from tests.eventually import eventually
from tests.real import IMAGE

pytestmark = pytest.mark.engine

BUILDKIT = [Way.RAWJSON, Way.BUILDX]
EVERY = [*BUILDKIT, Way.CLASSIC]


class Bench:
    """Builds in a folder; images are removed afterwards."""

    def __init__(self, engine: Engine, folder: Path, project: str) -> None:
        self.engine = engine
        self.folder = folder
        self.image = f"{project}-api"
        self.project = project
        self.environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}

    def write(self, dockerfile: str) -> None:
        context = self.folder / "context"
        context.mkdir(exist_ok=True)
        (context / "Dockerfile").write_text(dockerfile)

    def request(self, **build: object) -> BuildRequest:
        known = {"secrets": {}, "environment": {}}
        more = {key: build.pop(key) for key in tuple(build) if key in ("no_cache", "environment")}
        secrets = build.pop("objects", {})
        return BuildRequest(
            project=self.project,
            service="api",
            image=self.image,
            build=Build(context=str(self.folder / "context"), **build),  # type: ignore[arg-type]
            **{**known, "secrets": secrets, **more},  # type: ignore[arg-type]
        )

    async def build(self, request: BuildRequest, way: Way | None = None) -> list[Progress]:
        found: list[Progress] = []
        async for batch in ImageBuilder(self.engine, self.environ, way=way).build(request):
            found += batch
        return found

    async def run(self, *command: str) -> str:
        """What a command prints in the image."""
        words = ["docker", "run", "--rm", "--network", "none", self.image, *command]
        process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        return out.decode()


@pytest.fixture
async def bench(real_engine: Engine, tmp_path: Path, project_name: str) -> AsyncIterator[Bench]:
    made = Bench(real_engine, tmp_path, project_name)
    yield made
    if await real_engine.image(made.image):
        await real_engine.remove_image(made.image)


@pytest.mark.parametrize("way", EVERY)
async def test_an_image_is_built_and_tagged(bench: Bench, way: Way) -> None:
    bench.write(f"FROM {IMAGE}\nARG WORD\nRUN echo $WORD > /word\n")
    await bench.build(bench.request(args={"WORD": "hello"}), way)
    assert await bench.run("cat", "/word") == "hello\n"


@pytest.mark.parametrize("way", EVERY)
async def test_the_steps_of_a_build_are_told_to_their_end(bench: Bench, way: Way) -> None:
    bench.write(f"FROM {IMAGE}\nRUN echo something {bench.project}\n")
    told = await bench.build(bench.request(), way)
    step = next(message.item for message in told if f"RUN echo something {bench.project}" in message.item)
    assert any(message.item == step and message.log == f"something {bench.project}" for message in told)
    assert any(message.item == step and message.done and not message.error for message in told)


@pytest.mark.parametrize("way", EVERY)
async def test_a_failing_build_shows_its_last_lines_and_keeps_the_log(bench: Bench, way: Way) -> None:
    bench.write(f"FROM {IMAGE}\nRUN echo before; echo the culprit >&2; exit 3\n")
    with pytest.raises(BuildFailed) as raised:
        await bench.build(bench.request(), way)
    assert "the culprit" in raised.value.tail
    assert "api" in raised.value.message
    log = read(raised.value.log_file)
    assert "before" in log
    assert "the culprit" in log


async def test_a_repeated_build_is_told_as_cached(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE}\nRUN echo {bench.project}\n")
    await bench.build(bench.request())
    told = await bench.build(bench.request())
    assert any(message.cached for message in told if "RUN" in message.item)


async def test_stages_are_built_without_the_cache(bench: Bench) -> None:
    bench.write(
        f"FROM {IMAGE} AS base\nRUN echo base {bench.project}\n"
        f"FROM base AS fetched\nRUN echo fetched {bench.project} > /word\n"
        "FROM base\nCOPY --from=fetched /word /word\n"
    )
    request = bench.request(no_cache_filter=("fetched",))
    await bench.build(request)
    cached = {message.item for message in await bench.build(request) if message.cached}
    assert any("RUN echo base" in item for item in cached)
    assert not any("RUN echo fetched" in item for item in cached)


async def test_an_unchanged_build_leaves_the_image_as_it_is(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE}\nRUN echo {bench.project}\n")
    ids = []
    for _ in range(2):
        await bench.build(bench.request())
        image = await bench.engine.image(bench.image)
        assert image is not None
        ids.append(image.id)
    assert ids[0] == ids[1]


async def test_a_context_may_be_from_scratch(bench: Bench) -> None:
    bench.write("FROM scratch\nCOPY Dockerfile /Dockerfile\n")
    await bench.build(bench.request())
    assert await bench.engine.image(bench.image)


@pytest.mark.parametrize("way", EVERY)
async def test_an_inline_dockerfile_needs_no_file(bench: Bench, way: Way) -> None:
    bench.write("FROM nothing-that-exists\n")
    await bench.build(bench.request(dockerfile_inline=f"FROM {IMAGE}\nRUN echo inline > /word\n"), way)
    assert await bench.run("cat", "/word") == "inline\n"


async def test_a_target_stops_at_its_stage(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE} AS first\nRUN echo first > /word\nFROM first\nRUN exit 1\n")
    await bench.build(bench.request(target="first"))
    assert await bench.run("cat", "/word") == "first\n"


async def test_a_secret_file_is_seen_by_the_build_only(bench: Bench) -> None:
    bench.write(
        f"FROM {IMAGE}\nRUN --mount=type=secret,id=token wc -c < /run/secrets/token > /size; : {bench.project}\n"
    )
    secret = bench.folder / "token, with a comma.txt"
    secret.write_text("12345")
    objects = {"token": FileObject(key="token", name="token", file=str(secret))}
    await bench.build(bench.request(secrets=(FileReference(source="token"),), objects=objects))
    assert (await bench.run("cat", "/size")).strip() == "5"
    assert await bench.run("ls", "/run/secrets") == ""


async def test_a_secret_of_a_variable_is_handed_on(bench: Bench) -> None:
    bench.write(
        f"FROM {IMAGE}\nRUN --mount=type=secret,id=token wc -c < /run/secrets/token > /size; : {bench.project}\n"
    )
    objects = {"token": FileObject(key="token", name="token", environment="TOKEN")}
    request = bench.request(secrets=(FileReference(source="token"),), objects=objects, environment={"TOKEN": "1234567"})
    await bench.build(request)
    assert (await bench.run("cat", "/size")).strip() == "7"


async def test_a_secret_nobody_gives_fails_before_the_build(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE}\n")
    with pytest.raises(BuildFailed, match="secret 'token'"):
        await bench.build(bench.request(secrets=(FileReference(source="token"),)))


async def test_the_classic_builder_says_when_it_takes_buildkit(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE}\n")
    with pytest.raises(BuildFailed, match="needs BuildKit"):
        await bench.build(bench.request(ssh=(("default", ""),)), Way.CLASSIC)


async def test_an_image_bears_the_projects_labels(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE}\n")
    await bench.build(bench.request(labels={"mine": "yes"}))
    process = await asyncio.create_subprocess_exec(
        "docker", "inspect", "-f", "{{json .Config.Labels}}", bench.image, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert f'"com.docker.compose.project":"{bench.project}"' in out.decode()
    assert '"mine":"yes"' in out.decode()


async def test_a_base_image_out_of_reach_says_what_to_check(bench: Bench) -> None:
    bench.write("FROM localhost:1/no/such:image\n")
    with pytest.raises(BuildFailed) as raised:
        await bench.build(bench.request())
    assert "localhost:1/no/such:image" in raised.value.hint


async def test_a_missing_dockerfile_fails_with_the_builders_words(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE}\n")
    with pytest.raises(BuildFailed) as raised:
        await bench.build(bench.request(dockerfile="Nope"))
    assert any("Nope" in line for line in raised.value.tail)


async def test_closing_the_build_ends_its_processes(bench: Bench) -> None:
    bench.write(f"FROM {IMAGE}\nRUN echo {bench.project}; sleep 300\n")

    async def building() -> None:
        await bench.build(bench.request(), Way.RAWJSON)

    task = asyncio.ensure_future(building())
    await eventually(lambda: processes(bench.image), timeout=20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not processes(bench.image)


def read(path: str) -> str:
    return Path(path).read_text()


def processes(word: str) -> list[int]:
    """The processes that have `word` on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_a_full_disk_is_named() -> None:
    outline = Outline()
    outline.output("[2/2] RUN make", "cc: error: write /x: no space left on device")
    outline.failed("[2/2] RUN make", "exit code: 1")
    request = BuildRequest(project="shop", service="api", image="shop-api", build=Build(context="/"))
    error = failure(request, outline)
    assert error.message.startswith("The disk is full")
    assert "prune" in error.hint


def test_a_log_that_cannot_be_kept_is_no_reason_to_fail() -> None:
    outline = open_outline({"XDG_STATE_HOME": "/proc/nowhere"}, "shop", "api")
    outline.output("", "line")
    outline.close()
    assert outline.path == ""


def test_only_the_last_logs_of_a_service_are_kept(tmp_path: Path) -> None:
    for _ in range(12):
        open_outline({"XDG_STATE_HOME": str(tmp_path)}, "shop", "api").close()
    assert len(list(tmp_path.glob("devbox/builds/shop/api.*.log"))) == 10


def test_lines_of_a_failure_carry_no_escape_sequences() -> None:
    outline = Outline()
    outline.output("step", "\x1b[91mbad\x1b[0m")
    outline.failed("step", "exit code: 1")
    assert outline.tail() == ("bad",)
