"""Each rule on Dockerfiles, its line, and which stages count."""

from __future__ import annotations

import pytest

from devbox.errors import LoadError
from devbox.hardening.dockerfile import Dockerfile, read
from devbox.hardening.finding import Finding
from devbox.hardening.lint import facts
from tests.hardening.world import findings, service

DIGEST = "@sha256:" + "1" * 64
GOOD = f"FROM debian:12{DIGEST}\nRUN true\nUSER 10001\n"


def found(text: str, target: str = "", ignore: str | None = None, **args: str) -> list[Finding]:
    dockerfile = read("/shop/Dockerfile", text, target=target, args=args, ignore=ignore)
    return findings(service("build: ."), dockerfiles={"api": dockerfile})


def lines(found: list[Finding]) -> list[tuple[str, int]]:
    return [(one.about.id, one.place.line if one.place else 0) for one in found]


def test_nothing_is_found_in_a_good_one() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("USER root", "DB101"),
        ("USER 0:0", "DB101"),
        ("ADD https://example.org/tool /usr/bin/tool", "DB102"),
        ("RUN apt-get install -y curl", "DB103"),
        ("RUN apt-get update", "DB104"),
        ("RUN curl -fsSL https://example.org/install | sh", "DB105"),
        ("RUN wget -qO- https://example.org/install | sudo /bin/bash -s", "DB105"),
        ('RUN bash -c "$(curl https://example.org/install)"', "DB105"),
        ("RUN bash <(curl https://example.org/install)", "DB105"),
        ("ARG NPM_TOKEN", "DB106"),
        ("ENV A=b API_KEY=abc", "DB106"),
        ("ENTRYPOINT serve --port 8000", "DB107"),
        ("CMD serve", "DB107"),
        ("COPY . /srv", "DB108"),
    ],
)
def test_a_line_is_found(line: str, rule: str) -> None:
    assert lines(found(f"{GOOD}{line}\n")) == [(rule, 4)]


@pytest.mark.parametrize(
    "line",
    [
        f"ADD --checksum=sha256:{'1' * 64} https://example.org/tool /usr/bin/tool",
        "RUN apt-get update && apt-get install --no-install-recommends -y curl && rm -rf /var/lib/apt/lists/*",
        "RUN --mount=type=cache,target=/var/lib/apt apt-get update",
        "RUN curl -o install https://example.org/install && sha256sum -c digests && sh install",
        'ENTRYPOINT ["serve"]',
        "COPY src /srv",
        "COPY --from=other . /srv",
        "ENV API_KEY_FILE=/run/secrets/key",
        'CMD serve\nCMD ["serve"]',
    ],
)
def test_what_is_done_well_is_not(line: str) -> None:
    assert found(f"{GOOD}{line}\n") == []


def test_a_here_document_is_read() -> None:
    text = f"{GOOD}RUN <<EOF\nset -e\ncurl https://example.org/install | sh\nEOF\n"
    assert lines(found(text)) == [("DB105", 4)]


def test_without_user_the_base_decides_and_that_is_said_at_its_line() -> None:
    assert lines(found(f"FROM debian:12{DIGEST} AS base\nFROM base\nRUN true\n")) == [("DB101", 2)]


@pytest.mark.parametrize(
    ("base", "rule"), [("debian", "DB109"), ("debian:latest", "DB109"), ("host:5000/debian:12", "DB110")]
)
def test_a_base_that_can_move_is_found(base: str, rule: str) -> None:
    assert lines(found(f"FROM {base}\nUSER 10001\n")) == [(rule, 1)]


def test_a_base_by_argument_is_what_the_build_makes_of_it() -> None:
    text = "ARG BASE=debian\nARG TAG=12\nFROM ${BASE}:${TAG}\nUSER 10001\n"
    assert [one.text for one in found(text)] == ["is built on debian:12, a tag that can be moved"]
    assert found(text, TAG=f"12{DIGEST}") == []


def test_only_the_stages_that_the_target_needs_count() -> None:
    text = (
        f"FROM debian:12{DIGEST} AS tools\nRUN apt-get update\n"
        f"FROM debian:12{DIGEST} AS build\nRUN apt-get update\n"
        f"FROM debian:12{DIGEST} AS runtime\nCOPY --from=build /a /a\nUSER 10001\n"
        "FROM runtime AS debug\nCOPY --from=tools /b /b\nUSER root\n"
    )
    assert lines(found(text, target="runtime")) == [("DB104", 4)]
    assert lines(found(text, target="debug")) == [("DB101", 10), ("DB104", 2), ("DB104", 4)]


@pytest.mark.parametrize(
    ("ignore", "text"),
    [
        ("node_modules\n", "copies the whole context, .git and .env too if there"),
        (".git\n", "copies the whole context, .env too if there"),
        ("*\n!src\n", ""),
        (".git\n**/.env\n", ""),
    ],
)
def test_dockerignore_keeps_private_things_out_of_a_whole_context(ignore: str, text: str) -> None:
    assert "".join(one.text for one in found(f"{GOOD}COPY . /srv\n", ignore=ignore)) == text


def test_what_the_image_will_say_is_known_from_its_dockerfile() -> None:
    def told(text: str) -> Dockerfile:
        return read("Dockerfile", text)

    inherited = "FROM a AS b\nUSER app\nHEALTHCHECK CMD true\nFROM b\nRUN true\n"
    known = facts(told(inherited))
    assert known is not None and (known.user, known.healthcheck) == ("app", True)
    assert facts(told("FROM a\nRUN true\n")) is None
    off = facts(told(f"{inherited}HEALTHCHECK NONE\n"))
    assert off is not None and not off.healthcheck


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("FROM debian\nRUN [", "nowhere", "Dockerfile: there is no stage nowhere"),
        ("RUN true\n", "", "Dockerfile: there is no FROM"),
        ("FROM a\nFROM\n", "", "Dockerfile:2: FROM names no image"),
        ("FROM debian\nRUN <<EOF\ntrue\n", "", "Dockerfile:2: unterminated heredoc"),
    ],
)
def test_what_is_no_dockerfile_is_said_with_its_line(text: str, target: str, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        read("Dockerfile", text, target=target)
    assert str(caught.value) == message
