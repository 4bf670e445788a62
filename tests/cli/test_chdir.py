"""`--chdir DIR`, before the command: another folder, for several Stacks in one repository."""

from pathlib import Path

from tests.cli.conftest import Project


def test_the_command_runs_in_that_folder_and_leaves_it(project: Project) -> None:
    (project.folder / "teams").mkdir()
    (project.folder / "manifests").rename(project.folder / "teams" / "manifests")
    here = Path.cwd()

    assert "2 to create" in project.run("--chdir", "teams", "plan").stdout
    project.run("--chdir", "teams", "apply", "--yes")
    assert (project.folder / "teams" / ".provisioner").is_dir()
    assert not (project.folder / ".provisioner").exists()
    assert Path.cwd() == here


def test_a_hint_names_the_folder_as_it_was_given(project: Project) -> None:
    (project.folder / "empty").mkdir()
    result = project.run("--chdir", "empty", "plan", code=1)
    assert "`provisioner --chdir empty init`" in result.stderr
    assert "--chdir" not in project.run("plan", "nowhere", code=1).stderr


def test_a_folder_that_is_not_there_is_wrong_usage(project: Project) -> None:
    result = project.run("--chdir", "nowhere", "plan", code=2)
    assert "'nowhere' does not exist" in result.stderr
