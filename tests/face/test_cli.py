"""The command line as a whole: what it says before any command does its work."""

import pytest

from noodl_portable.cli import main
from noodl_portable.commands import COMMANDS


def test_without_a_command_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr().err
    assert all(f"\n    {command.name} " in said for command in COMMANDS)


def test_an_unknown_command_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["bild"])
    assert stopped.value.code == 2
    assert "invalid choice: 'bild'" in capsys.readouterr().err
