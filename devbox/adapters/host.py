"""This machine's engine: installed from the distribution, started and stopped with or without systemd."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devbox.adapters.connect import connect
from devbox.adapters.contexts import DEFAULT_SOCKET, candidates
from devbox.adapters.distribution import Installation, os_release, plan_installation, read_sources
from devbox.adapters.examine import Check, examine
from devbox.adapters.inspector import LocalInspector
from devbox.errors import DevboxError, EngineError
from devbox.record import dataclass

_PID_FILE = Path("/var/run/docker.pid")
_START_LIMIT = 60.0
_STOP_LIMIT = 30.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalHost:
    """Host over apt, systemctl and dockerd; `environ` decides which engine is asked (DOCKER_HOST, contexts)."""

    environ: Mapping[str, str]
    context: str = ""

    async def engine_status(self) -> tuple[str, bool]:
        try:
            engine = await connect(self.context, self.environ)
            try:
                info = await engine.info()
            finally:
                await engine.close()
        except EngineError as error:
            return error.message, False
        return f"Docker Engine {info.version} (API {info.api_version}) answers at {info.endpoint}.", True

    def installation(self) -> str:
        self._insist_on_this_machine("start")
        plan = self._installation()
        return plan.describe() if plan else ""

    async def install_engine(self, say: Say) -> None:
        plan = self._installation()
        if plan is None:
            return
        apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
        for path, text in plan.files.items():
            say(f"writing {path}")
            await self._write(path, text)
        say("reading the package lists")
        await self._run([*apt, "update"])
        say(f"installing {' '.join(plan.packages)}")
        await self._run(
            [*apt, "install", "-y", "--no-install-recommends", *plan.packages], DEBIAN_FRONTEND="noninteractive"
        )

    async def start_engine(self, say: Say) -> None:
        if await self._answers():
            return
        self._insist_on_this_machine("start")
        if self._systemd():
            say("systemctl start docker")
            await self._run(["systemctl", "start", "docker"])
            await self._until_it_answers(lambda: "`journalctl -u docker` has its log.")
            return
        log = self._log_file()
        say(f"starting dockerd, its log in {log}")
        with log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *self._as_root([shutil.which("dockerd", path=_search_path(self.environ)) or "dockerd"]),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        await self._until_it_answers(lambda: f"{log} ends with:\n{_tail(log)}", process)

    async def stop_engine(self, say: Say) -> None:
        self._insist_on_this_machine("stop")
        if self._systemd():
            say("systemctl stop docker.service docker.socket")
            await self._run(["systemctl", "stop", "docker.service", "docker.socket"])
            return
        pid = _running_daemon()
        if pid is None:
            say("no dockerd runs here")
            return
        say(f"stopping dockerd (process {pid})")
        if os.geteuid() == 0:
            os.kill(pid, signal.SIGTERM)
        else:
            await self._run(["kill", str(pid)])
        deadline = time.monotonic() + _STOP_LIMIT
        while _running_daemon() is not None:
            if time.monotonic() > deadline:
                raise DevboxError(
                    f"dockerd (process {pid}) did not stop within {_STOP_LIMIT:.0f} s.",
                    hint="Its log says what it waits for.",
                )
            await asyncio.sleep(0.1)

    async def examine(self) -> Sequence[Check]:
        return await examine(self.context, self.environ)

    def inspector(self) -> LocalInspector:
        return LocalInspector(environ=self.environ, context=self.context)

    def _insist_on_this_machine(self, verb: str) -> None:
        """DevboxError where DOCKER_HOST or a context names an engine that is not this machine's own."""
        first = candidates(self.context, self.environ)[0]
        if first.named_by and first.url != f"unix://{DEFAULT_SOCKET}":
            raise DevboxError(
                f"The engine in use is at {first.url} ({first.named_by}); devbox starts and stops only this machine's.",
                hint=f"{verb.capitalize()} it there, or choose this machine's: "
                f"`env -u DOCKER_HOST devbox --context default engine {verb}`.",
            )

    def _installation(self) -> Installation | None:
        if shutil.which("dockerd", path=_search_path(self.environ)):
            return None
        if sys.platform == "darwin":
            raise DevboxError(
                "devbox does not install an engine on macOS.",
                hint="Install Docker Desktop, OrbStack or Colima, start it, and run devbox again.",
            )
        release = Path("/etc/os-release")
        return plan_installation(os_release(release.read_text()) if release.is_file() else {}, read_sources())

    async def _answers(self) -> bool:
        try:
            engine = await connect(self.context, self.environ)
        except EngineError:
            return False
        await engine.close()
        return True

    async def _until_it_answers(
        self, explain: Callable[[], str], process: asyncio.subprocess.Process | None = None
    ) -> None:
        deadline = time.monotonic() + _START_LIMIT
        while not await self._answers():
            if process is not None and process.returncode is not None:
                raise DevboxError(f"dockerd ended with exit code {process.returncode}.", hint=explain())
            if time.monotonic() > deadline:
                raise DevboxError(f"The engine did not answer within {_START_LIMIT:.0f} s.", hint=explain())
            await asyncio.sleep(0.1)

    def _systemd(self) -> bool:
        return Path("/run/systemd/system").is_dir() and shutil.which("systemctl") is not None

    def _log_file(self) -> Path:
        if os.geteuid() == 0:
            return Path("/var/log/dockerd.log")
        state = Path(self.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "devbox"
        state.mkdir(parents=True, exist_ok=True)
        return state / "dockerd.log"

    def _as_root(self, command: list[str]) -> list[str]:
        if os.geteuid() == 0:
            return command
        if shutil.which("sudo") is None:
            raise DevboxError(
                f"`{' '.join(command)}` needs root and there is no sudo.", hint="Run `devbox engine start` as root."
            )
        return ["sudo", *command]

    async def _write(self, path: str, text: str) -> None:
        await self._run(["tee", path], text.encode())

    async def _run(self, command: list[str], stdin: bytes = b"", **environ: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._as_root(["env", *(f"{key}={value}" for key, value in environ.items()), *command]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate(stdin)
        if process.returncode:
            raise DevboxError(
                f"`{' '.join(command)}` ended with exit code {process.returncode}.",
                hint="\n".join(output.decode(errors="replace").splitlines()[-15:]),
            )


def _search_path(environ: Mapping[str, str]) -> str:
    return os.pathsep.join([environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/sbin"])


def _running_daemon() -> int | None:
    """The process in the daemon's pid file, if it is still a dockerd."""
    try:
        pid = int(_PID_FILE.read_text())
        return pid if "dockerd" in Path(f"/proc/{pid}/comm").read_text() else None
    except (OSError, ValueError):
        return None


def _tail(file: Path, lines: int = 15) -> str:
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return f"({error.strerror})"
