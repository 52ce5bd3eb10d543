"""`devbox lint`: what it prints, how it ends, and what devbox.yaml explains."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.hardening.world import HARDENED, HardeningWorld, service

EXPLAINED = """
environments:
  dev:
    files: [compose.yaml]
    lint:
      ignore:
        - {rule: %s, services: [%s], reason: it keeps its socket there}
"""


def explain(world: HardeningWorld, rule: str = "DB002", services: str = "db") -> None:
    world.write(EXPLAINED % (rule, services), "devbox.yaml")


def test_findings_stand_by_service_with_file_line_reason_and_remedy(world: HardeningWorld) -> None:
    said = world.run("lint")
    assert said.code == 1
    assert "db\n  medium  DB002  can write its root file system  compose.yaml:22:16\n" in said.out
    assert "DB002  writable root file system: who breaks in" in said.out
    assert "→ `read_only: true`" in said.out
    assert "default: 1 finding (1 medium)" in said.out
    assert "api" not in said.out.split()


def test_without_findings_it_ends_with_0(world: HardeningWorld) -> None:
    said = world.run("lint", "api")
    assert (said.code, said.out.splitlines()[-1]) == (0, "default: no findings")


@pytest.mark.parametrize(("severity", "code"), [("low", 1), ("medium", 1), ("high", 0)])
def test_fail_on_chooses_what_counts(world: HardeningWorld, severity: str, code: int) -> None:
    assert world.run("lint", "--fail-on", severity).code == code


def test_a_service_that_is_not_there_is_refused(world: HardeningWorld) -> None:
    said = world.run("lint", "apo")
    assert (said.code, "Did you mean api?" in said.err) == (2, True)


def test_json_has_all_of_a_finding(world: HardeningWorld) -> None:
    (environment,) = world.run("lint", "--json").json()
    (found,) = environment["findings"]
    assert (found["rule"], found["severity"], found["services"]) == ("DB002", "medium", ["db"])
    assert (found["path"], found["line"], found["guide"]) == ("services.db.read_only", 22, "hardening#db002")
    assert found["file"].endswith("/compose.yaml") and found["reason"] and found["remedy"]


def test_a_service_that_profiles_leave_out_is_looked_at(world: HardeningWorld) -> None:
    shell = service("read_only: false\nprofiles: [debug]", "shell")
    world.write(f"services:\n{service('')}{shell}")
    assert "shell\n  medium  DB002" in world.run("lint").out


def test_no_engine_is_needed_where_the_files_say_all(world: HardeningWorld) -> None:
    world.engine.lose()
    said = world.run("lint")
    assert (said.code, world.contexts) == (1, [])


def test_what_only_the_engine_knows_is_not_looked_at_without_one_and_that_is_said(world: HardeningWorld) -> None:
    base = HARDENED.replace('user: "10001:10001"\n', "")
    world.write(f"services:\n{service('', base=base)}")
    world.engine.lose()
    said = world.run("lint")
    assert "not looked at: no engine answers: the images of api were not asked" in said.out
    assert "DB001  says no user, and its image is not here to ask" in said.out


def test_what_is_not_installed_is_said_where_it_had_something_to_look_at(world: HardeningWorld) -> None:
    assert "hadolint" not in world.run("lint").out
    world.write(f"services:\n{service('build: .')}")
    world.write("FROM debian:12\nUSER 10001\n", "Dockerfile")
    out = world.run("lint").out
    assert "not looked at: hadolint is not installed: " in out
    assert "not looked at: trivy is not installed: " in out


def test_an_explained_finding_is_counted_and_shown_on_demand(world: HardeningWorld) -> None:
    explain(world)
    said = world.run("lint")
    assert (said.code, said.out.splitlines()[-1]) == (
        0,
        "dev: no findings, 1 explained in devbox.yaml (--show-suppressed)",
    )
    shown = world.run("lint", "--show-suppressed").out
    assert "DB002  can write its root file system" in shown and "it keeps its socket there" in shown


def test_a_suppression_of_one_service_leaves_the_others(world: HardeningWorld) -> None:
    explain(world)
    anchored = "x-a: &a\n  read_only: false\n  tmpfs: [/tmp]\nservices:\n"
    base = HARDENED.replace("read_only: true\n", "<<: *a\n")
    world.write(anchored + service("", base=base) + service("", "db", base=base))
    (environment,) = world.run("lint", "--json").json()
    assert [(one["rule"], one["services"]) for one in environment["findings"]] == [("DB002", ["api"])]
    assert [one["services"] for one in environment["suppressed"]] == [["db"]]


@pytest.mark.parametrize(
    ("rule", "services", "expected"),
    [
        ("DB003", "db", "explains DB003 of db, which is not found"),
        ("DBB002", "db", "explains DBB002, which is no rule; did you mean DB002?"),
        ("eslint:X1", "db", "explains eslint:X1, which is no rule"),
        ("DB002", "dbs", "explains DB002 of dbs, which is no service; did you mean db?"),
    ],
)
def test_a_suppression_without_use_is_a_finding_at_its_line(
    world: HardeningWorld, rule: str, services: str, expected: str
) -> None:
    explain(world, rule, services)
    out = world.run("lint").out
    assert f"DB090  {expected}  devbox.yaml:7:11" in out


@pytest.mark.parametrize("rule", ["DB201", "trivy:DS-0005"])
def test_a_suppression_of_what_was_not_looked_at_is_left_alone(world: HardeningWorld, rule: str) -> None:
    explain(world, rule)
    assert "DB090" not in world.run("lint").out


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{rule: DB002}", "devbox.yaml:7:11: environments.dev.lint.ignore[0]: DB002 is ignored without a reason"),
        ("{reason: so}", "an entry of ignore names a rule"),
        ("{rule: DB002, reason: so, service: db}", "there is no key service here (did you mean services?)"),
    ],
)
def test_a_suppression_that_is_not_whole_is_refused_with_its_place(
    world: HardeningWorld, entry: str, expected: str
) -> None:
    written = EXPLAINED % ("DB002", "db")
    world.write(written.replace(written.splitlines()[-1], f"        - {entry}"), "devbox.yaml")
    said = world.run("lint")
    assert said.code == 1 and expected in said.err


def test_all_environments_stand_under_their_names(world: HardeningWorld) -> None:
    world.write("environments:\n  dev: {files: [compose.yaml]}\n  prod: {files: [compose.yaml]}\n", "devbox.yaml")
    said = world.run("lint", "--all-environments")
    assert [line for line in said.out.splitlines() if line.startswith("== ")] == ["== dev", "== prod"]
    assert said.out.splitlines()[-2:] == ["dev: 1 finding (1 medium)", "prod: 1 finding (1 medium)"]
    assert said.out.count("DB002  writable root file system") == 1
    assert world.run("-e", "dev", "lint", "--all-environments").code == 2


def test_running_needs_something_that_runs(world: HardeningWorld) -> None:
    said = world.run("lint", "--running")
    assert (said.code, "Nothing of shop runs." in said.err) == (1, True)


def test_a_rule_is_explained_and_a_wrong_one_refused(world: HardeningWorld) -> None:
    said = world.run("lint", "--explain", "db003")
    assert said.code == 0 and said.out.startswith("DB003 capabilities not dropped (medium)\n  why     ")
    wrong = world.run("lint", "--explain", "DB9")
    assert (wrong.code, "Did you mean DB" in wrong.err) == (2, True)


def test_rules_are_listed(world: HardeningWorld) -> None:
    assert "DB011  high      the engine's socket" in world.run("lint", "--rules").out


def sarif(world: HardeningWorld, *words: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(world.run("lint", "--sarif", *words).out)
    (run,) = document.pop("runs")
    assert (document["version"], document["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-schema-2.1.0.json")
    return dict(run)


def test_sarif_names_tool_rules_and_places_as_code_hosts_need_them(world: HardeningWorld) -> None:
    run = sarif(world)
    driver = run["tool"]["driver"]
    (result,) = run["results"]
    assert driver["name"] == "devbox"
    rule = driver["rules"][result["ruleIndex"]]
    assert (rule["id"], result["ruleId"], result["level"]) == ("DB002", "DB002", "warning")
    assert rule["shortDescription"]["text"] and rule["help"]["text"] and rule["fullDescription"]["text"]
    assert result["message"]["text"].startswith("db: can write its root file system")
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "compose.yaml", "uriBaseId": "TOP"}
    assert physical["region"] == {"startLine": 22, "startColumn": 16}
    assert run["originalUriBaseIds"]["TOP"]["uri"] == f"{world.folder.as_uri()}/"
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert any("trivy is not installed" in note["message"]["text"] for note in notes)


def test_sarif_tells_what_a_file_has_twice_apart(world: HardeningWorld) -> None:
    world.write(f"services:\n{service('build: .')}")
    world.write("FROM debian:12 AS a\nFROM debian:12\nCOPY --from=a /a /a\nUSER 10001\n", "Dockerfile")
    results = sarif(world)["results"]
    assert [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in results] == [1, 2]
    assert len({one["partialFingerprints"]["devbox/v1"] for one in results}) == 2


def test_a_dockerfile_in_the_compose_file_is_found_at_its_own_lines(world: HardeningWorld) -> None:
    inline = "build:\n  context: .\n  dockerfile_inline: |\n    FROM debian:12\n    USER root"
    world.write(f"services:\n{service(inline)}")
    (environment,) = world.run("lint", "--json").json()
    lines = (world.folder / "compose.yaml").read_text().splitlines()
    assert {one["rule"]: lines[one["line"] - 1].strip() for one in environment["findings"]} == {
        "DB101": "USER root",
        "DB110": "FROM debian:12",
    }


def test_sarif_has_one_result_for_what_environments_share_and_says_what_is_explained(world: HardeningWorld) -> None:
    world.write("environments:\n  a: {files: [compose.yaml]}\n  b: {files: [compose.yaml]}\n", "devbox.yaml")
    (shared,) = sarif(world, "--all-environments")["results"]
    assert shared["properties"]["environments"] == ["a", "b"]

    explain(world)
    (explained,) = sarif(world)["results"]
    assert explained["suppressions"][0]["justification"] == "it keeps its socket there"
