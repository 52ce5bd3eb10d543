"""Which file of this machine is which of a container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from devbox.compose.load import load_explained
from devbox.compose.model import Build
from devbox.compose.provenance import Explainer
from devbox.compose.request import LoadRequest
from devbox.debug.copies import copies
from devbox.debug.paths import Paths, derive
from devbox.sync.rules import rules
from tests.environments.tree import Tree

TREE = {
    "/p/app/src/main.py": "",
    "/p/app/src/jobs/__init__.py": "",
    "/p/app/tests/test_a.py": "",
    "/p/lib/a.py": "",
    "/p/lib/b.txt": "",
    "/p/one.py": "",
    "/p/two.py": "",
    "/q/shared/x.py": "",
}


def paths(
    service: str, body: Mapping[str, Any] | None = None, *, tree: Mapping[str, str] = TREE, top: str = ""
) -> Paths:
    """Of the service `api` in /p/compose.yaml."""
    text = f"name: p\nservices:\n  api:\n    image: x\n    {service.strip()}\n{top}"
    files = Tree({**tree, "/p/compose.yaml": text})
    loaded = load_explained(LoadRequest(cwd="/p", environ={}), files)
    project = loaded.project
    api = project.services["api"]
    return derive(
        api,
        body or {},
        rules=rules([api], lambda context: ()),
        copies=copies(api.build, files) if api.build else (),
        volumes=project.volumes,
        exists=files.is_file,
        where=Explainer(loaded).place,
    )


def image(dockerfile: str, *, tree: Mapping[str, str] = TREE, **given: Any) -> dict[str, str]:
    """there -> host of what the Dockerfile in /p copies."""
    build = Build(context="/p", **given)
    return {one.there: one.host for one in copies(build, Tree({**tree, "/p/Dockerfile": dockerfile}))}


RULE = "develop: {watch: [{action: sync+restart, path: ./app/src, target: /srv/app}]}"
BOTH_WAYS = {
    "bind mount": "volumes: ['./app/src:/srv/app:ro']",
    "sync rule": RULE,
    "sync into a volume": f"volumes: ['code:/srv/app']\n    {RULE}",
}


@pytest.mark.parametrize("service", BOTH_WAYS.values(), ids=BOTH_WAYS)
def test_a_file_is_found_from_either_side(service: str) -> None:
    found = paths(service, top="volumes: {code: {}}")
    assert found.host("/srv/app/jobs/__init__.py") == "/p/app/src/jobs/__init__.py"
    assert found.there("/p/app/src/jobs/__init__.py") == "/srv/app/jobs/__init__.py"
    assert found.there("/p/app/tests/test_a.py") == ""
    assert found.host("/srv/application/main.py") == ""


def test_each_pair_says_why_and_where() -> None:
    found = paths(
        """build: .
    volumes:
      - ./app/tests:/srv/app/tests
    develop:
      watch:
        - {action: rebuild, path: ./requirements.txt}
        - {action: sync, path: ./app/src, target: /srv/app}""",
        tree={**TREE, "/p/Dockerfile": "FROM x\nCOPY app /srv\nCOPY app/src /srv/app\n"},
    )
    assert [(one.there, one.why) for one in found.pairs] == [
        ("/srv/app/tests", "bind mount (compose.yaml:7)"),
        ("/srv/app", "sync rule 2 (compose.yaml:11)"),
        ("/srv", "COPY app /srv (Dockerfile:2)"),
    ]


def test_the_deepest_mount_decides() -> None:
    found = paths("volumes: ['./app:/srv', './lib:/srv/src']")
    assert found.host("/srv/src/main.py") == "", "the mount hides app/src/main.py"
    assert found.there("/p/app/src/main.py") == ""
    assert found.host("/srv/src/a.py") == "/p/lib/a.py"


@pytest.mark.parametrize("volume", ["cache:/srv/app/jobs", "/srv/app/jobs"])
def test_a_volume_hides_what_is_mounted_around_it(volume: str) -> None:
    found = paths(f"volumes: ['./app/src:/srv/app', '{volume}']", top="volumes: {cache: {}}")
    assert found.host("/srv/app/jobs/__init__.py") == ""
    assert found.host("/srv/app/main.py") == "/p/app/src/main.py"


def test_a_tmpfs_hides_what_the_image_has() -> None:
    tree = {**TREE, "/p/Dockerfile": "FROM x\nCOPY app/src /srv\n"}
    found = paths("build: .\n    tmpfs: ['/srv/jobs:size=1m']", tree=tree)
    assert (found.host("/srv/jobs/__init__.py"), found.host("/srv/main.py")) == ("", "/p/app/src/main.py")


def test_what_a_rule_leaves_out_is_not_the_hosts() -> None:
    rule = "{action: sync, path: ./app/src, target: /srv, ignore: [jobs/]}"
    found = paths(f"develop: {{watch: [{rule}]}}")
    assert (found.host("/srv/jobs/__init__.py"), found.host("/srv/main.py")) == ("", "/p/app/src/main.py")


def test_of_two_folders_that_are_one_the_one_that_has_the_file_is_meant() -> None:
    tree = {**TREE, "/p/Dockerfile": "FROM x\nCOPY app/src /srv/\nCOPY lib /srv/\n"}
    found = paths("build: .", tree=tree)
    assert (found.host("/srv/main.py"), found.host("/srv/a.py")) == ("/p/app/src/main.py", "/p/lib/a.py")
    assert found.there("/p/lib/a.py") == "/srv/a.py"


def test_what_only_the_container_has_is_nobodys() -> None:
    assert paths("volumes: ['./app/src:/srv/app']").host("/srv/app/made_in_there.py") == ""


def test_a_volume_that_is_a_folder_of_this_machine_is_one() -> None:
    top = "volumes: {code: {driver_opts: {type: none, o: bind, device: /q/shared}}}"
    found = paths("volumes: ['code:/srv']", {"Mounts": [{"Type": "volume", "Destination": "/srv"}]}, top=top)
    assert found.host("/srv/x.py") == "/q/shared/x.py"


def test_the_container_is_believed_over_the_files() -> None:
    body = {"Mounts": [{"Type": "bind", "Source": "/q/shared", "Destination": "/old"}]}
    found = paths("volumes: ['./app/src:/srv']", body)
    assert (found.host("/old/x.py"), found.host("/srv/main.py")) == ("/q/shared/x.py", "")


def test_secrets_are_no_source() -> None:
    body = {"Mounts": [{"Type": "bind", "Source": "/p/one.py", "Destination": "/run/secrets/one"}]}
    assert paths("command: x", body).pairs == ()


def test_a_rule_for_one_file() -> None:
    found = paths("develop: {watch: [{action: sync, path: ./one.py, target: /srv/one.py}]}")
    assert (found.host("/srv/one.py"), found.there("/p/one.py")) == ("/p/one.py", "/srv/one.py")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("COPY app/src /srv/app", {"/srv/app": "/p/app/src"}),
        ("COPY . .", {"/": "/p"}),
        ("WORKDIR /srv\nWORKDIR app\nCOPY ./app/src/ .", {"/srv/app": "/p/app/src"}),
        ("COPY one.py /srv/", {"/srv/one.py": "/p/one.py"}),
        ("COPY one.py /srv", {"/srv": "/p/one.py"}),
        ("WORKDIR /srv\nCOPY one.py /srv", {"/srv/one.py": "/p/one.py"}),
        ("COPY app/src /srv\nCOPY one.py /srv", {"/srv": "/p/app/src", "/srv/one.py": "/p/one.py"}),
        ("COPY one.py app/src /srv/", {"/srv/one.py": "/p/one.py", "/srv": "/p/app/src"}),
        ('COPY ["one.py", "/srv/a b/"]', {"/srv/a b/one.py": "/p/one.py"}),
        ("COPY --chown=1:1 --link *.py /srv/", {"/srv/one.py": "/p/one.py", "/srv/two.py": "/p/two.py"}),
        ("COPY a*/sr? /srv/", {"/srv": "/p/app/src"}),
        ("COPY --parents app/src/main.py /srv/", {"/srv/app/src/main.py": "/p/app/src/main.py"}),
        ("COPY --parents lib /srv/", {"/srv/lib": "/p/lib"}),
        ("COPY --parents app/./src/main.py /srv/", {"/srv/src/main.py": "/p/app/src/main.py"}),
        ("ARG WHERE=app\nENV BASE=/srv/$WHERE\nCOPY app/src ${BASE}/in", {"/srv/app/in": "/p/app/src"}),
        ("ENV A=1 B=\"/two words\"\nCOPY lib $B", {"/two words": "/p/lib"}),
        ("ENV OLD /srv/old\nCOPY lib $OLD", {"/srv/old": "/p/lib"}),
        ("COPY lib /srv/$TARGETPLATFORM/", {}),
        ("ADD lib /srv", {"/srv": "/p/lib"}),
        ("ADD https://example.org/a.py a.tar.gz /srv/", {}),
        ("COPY <<EOF /srv/x\nCOPY lib /elsewhere\nEOF", {}),
        ("COPY --from=golang:1.21 /usr/local/go /go", {}),
        ("COPY ../../lib /srv", {"/srv": "/p/lib"}),
        ("COPY missing*/x /srv/", {}),
    ],
)  # fmt: skip
def test_a_line_of_a_dockerfile(lines: str, found: dict[str, str]) -> None:
    assert image(f"FROM x\n{lines}\n") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM x AS s\nCOPY app/src /build\nFROM y\nCOPY --from=s /build /srv", {"/srv": "/p/app/src"}),
        ("FROM x\nCOPY app/src /b\nFROM y\nCOPY --from=0 /b/jobs /srv/jobs", {"/srv/jobs": "/p/app/src/jobs"}),
        ("FROM x AS s\nCOPY app/src /b/c\nFROM y\nCOPY --from=S /b /srv", {"/srv/c": "/p/app/src"}),
        ("FROM x AS s\nCOPY . /b\nFROM y\nCOPY --from=s /b/o*.py /srv/", {"/srv/one.py": "/p/one.py"}),
        ("FROM x AS s\nCOPY one.py /b/\nFROM y\nCOPY --from=s /b/one.py /srv/", {"/srv/one.py": "/p/one.py"}),
        ("FROM x AS s\nWORKDIR /srv\nFROM s\nCOPY one.py .", {"/srv/one.py": "/p/one.py"}),
        ("ARG V=lib\nFROM x\nARG V\nCOPY $V /srv", {"/srv": "/p/lib"}),
        ("FROM x AS s\nARG V=lib\nFROM s\nCOPY $V /srv", {"/srv": "/p/lib"}),
        ("FROM x AS a\nCOPY lib /a\nFROM y AS b\nCOPY app /b", {"/b": "/p/app"}),
    ],
)  # fmt: skip
def test_stages(text: str, found: dict[str, str]) -> None:
    assert image(f"{text}\n") == found


def test_the_target_and_the_arguments_of_the_build_hold() -> None:
    text = "FROM x AS a\nARG V=lib\nCOPY $V /a\nFROM y AS b\nCOPY app /b\n"
    assert image(text, target="a", args={"V": "app/src"}) == {"/a": "/p/app/src"}


def test_further_contexts() -> None:
    text = "FROM x\nCOPY --from=shared . /srv\nCOPY --from=base / /base\n"
    assert image(text, additional_contexts={"shared": "/q/shared", "base": "docker-image://y"}) == {"/srv": "/q/shared"}


def test_a_dockerfile_in_the_compose_file() -> None:
    assert image("", dockerfile_inline="FROM x\nCOPY lib /srv\n") == {"/srv": "/p/lib"}


@pytest.mark.parametrize(
    "text", ["", "COPY lib", "FROM\n", "FROM x\nCOPY\n", "FROM x\nCOPY 'lib /srv\n", "FROM x\nFOO BAR\n"]
)
def test_what_is_no_dockerfile_copies_nothing_that_is_known(text: str) -> None:
    assert image(text) == {}


def test_what_the_base_image_says_is_known_of_the_container() -> None:
    build = Build(context="/p", dockerfile_inline="FROM x\nCOPY lib .\nCOPY app/src $HOME_OF_IT/\n")
    found = copies(build, Tree(TREE), environment={"HOME_OF_IT": "/opt"}, workdir="/usr/src")
    assert [(one.host, one.there) for one in found] == [("/p/lib", "/usr/src"), ("/p/app/src", "/opt")]


def test_a_context_that_lies_elsewhere_is_not_here() -> None:
    assert copies(Build(context="https://example.org/a.git"), Tree({})) == ()
