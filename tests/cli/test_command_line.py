"""The command line itself: verbs, global arguments, errors and exit codes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from devbox import __version__
from devbox.cli import failure
from devbox.cli.verbs import VERBS
from devbox.errors import BuildFailed, Conflict, DevboxError, LoadError, Place, Problem, StepFailed
from devbox.main import main
from tests.cli.world import World


def test_version_is_printed_without_importing_the_rest() -> None:
    code = (
        "import sys, devbox.main; devbox.main.main(['--version']); "
        "print(sorted(name for name in sys.modules if 'devbox' in name))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == [f"devbox {__version__}", "['devbox', 'devbox.main']"]


def test_version_works_beside_other_arguments(world: World) -> None:
    assert world.run("-p", "shop", "--version").out == f"devbox {__version__}\n"


def test_a_mistyped_verb_names_the_nearest(world: World) -> None:
    said = world.run("statr")
    assert said.code == 2
    assert "There is no verb 'statr'" in said.err
    assert "devbox start" in said.err


def test_a_wrong_option_is_a_usage_error_with_the_way_to_help(world: World) -> None:
    said = world.run("up", "--scale", "api")
    assert said.code == 2
    assert "not SERVICE=N" in said.err
    assert "devbox up --help" in said.err


def test_what_may_be_left_out_is_not_called_missing(world: World) -> None:
    said = world.run("sync")
    assert said.code == 2
    assert "required: action\n" in said.err


def test_a_wrong_option_without_a_verb_is_told_of_devbox_itself(world: World) -> None:
    assert "devbox does not take '--colour'" in world.run("--colour").err


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(world: World, verb: str) -> None:
    said = world.run(verb, "--help")
    assert said.code == 0
    assert f"usage: devbox {verb}" in said.out


def test_help_lists_every_verb(world: World) -> None:
    said = world.run("--help")
    assert said.code == 0
    assert all(f"\n  {verb} " in said.out for verb in VERBS if verb != "environments")


def test_files_that_do_not_load_are_told_with_their_lines(world: World) -> None:
    path = world.write("services:\n  api:\n    image: x\n    no_such_key: 1\n")
    said = world.run("ps")
    assert said.code == 1
    assert f"{path}:4" in said.err
    assert "no_such_key" in said.err


def test_no_engine_ends_with_3_and_says_what_to_do(world: World) -> None:
    world.engine.lose()
    said = world.run("ps")
    assert said.code == 3
    assert "devbox engine start" in said.err


def test_a_bad_file_wins_over_a_missing_engine(world: World) -> None:
    world.engine.lose()
    world.write("services: [")
    assert world.run("ps").code == 1


def test_the_context_argument_reaches_the_connection(world: World) -> None:
    world.run("--context", "far", "ps")
    assert world.contexts == ["far"]


def test_the_engine_is_closed_at_the_end(world: World) -> None:
    world.run("ps")
    assert world.engine.closed


def test_an_unknown_service_is_a_usage_error_with_a_guess(world: World) -> None:
    said = world.run("ps", "apy")
    assert said.code == 2
    assert "Did you mean api?" in said.err


def test_a_compose_file_may_come_on_stdin(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "devbox", "-f", "-", "config", "--services"],
        input="services: {one: {image: x}}",
        capture_output=True,
        text=True,
        check=True,
        cwd=world.folder,
    )
    assert said.stdout == "one\n"


def test_a_bug_shows_a_traceback_and_asks_to_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert failure.report(KeyError("oops")) == 1
    err = capsys.readouterr().err
    assert "KeyError: 'oops'" in err
    assert "report" in err


def test_an_interruption_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert failure.report(KeyboardInterrupt()) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_out_of_a_task_group_is_told_as_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert failure.report(ExceptionGroup("tasks", [DevboxError("It broke.", hint="Mend it.")])) == 1
    assert capsys.readouterr().err == "error: It broke.\n  Mend it.\n"


def test_a_failed_build_shows_its_last_lines_and_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    failure.report(BuildFailed("It did not build.", tail=("make: *** Error 2",), log_file="/x/api.log"))
    err = capsys.readouterr().err
    assert "| make: *** Error 2" in err
    assert "/x/api.log" in err


def test_failed_steps_are_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    failure.report(StepFailed("Two steps failed.", causes=(Conflict("port taken"), Conflict("name taken"))))
    err = capsys.readouterr().err
    assert "port taken" in err
    assert "name taken" in err


def test_all_problems_of_a_load_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    problems = tuple(Problem(message=f"fault {number}", place=Place("a.yaml", number)) for number in (1, 2))
    failure.report(LoadError(problems))
    assert capsys.readouterr().err == "error: a.yaml:1: fault 1\nerror: a.yaml:2: fault 2\n"


def test_errors_carry_no_control_characters_of_outside(capsys: pytest.CaptureFixture[str]) -> None:
    failure.report(DevboxError("bad \x1b[31mthing\x07"))
    assert "\x1b" not in capsys.readouterr().err


def test_a_reader_that_goes_away_is_met_in_silence() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    said = subprocess.run([sys.executable, "-m", "devbox", "guide"], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (said.returncode, said.stderr) == (141, "")


def test_main_without_a_verb_and_a_terminal_prints_the_table(world: World) -> None:
    world.given("api")
    said = world.run()
    assert said.code == 0
    assert said.out.splitlines()[0].split() == ["SERVICE", "STATE", "HEALTH", "UPTIME", "PORTS"]


def test_main_takes_its_words_from_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["devbox", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"devbox {__version__}\n"


def test_a_global_argument_behind_the_verb_is_sent_before_it(world: World) -> None:
    said = world.run("ps", "--profile", "debug")
    assert said.code == 2
    assert "stands before the verb" in said.err
