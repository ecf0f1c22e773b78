"""What a command is: a name, a sentence, examples, options, and what it does."""

import os
import shlex
import subprocess
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """One row of the table of commands. summary and examples are shown by --help.

    examples: what to type after the program's name: ("init my-app",)
    run:      does it and returns the exit code; raises PortableError for what the user can mend
    """

    name: str
    summary: str
    examples: tuple[str, ...]
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def typed(path: Path) -> str:
    """Return a path as it is typed into a shell: in quotes where it has spaces."""
    if os.name == "nt":
        return subprocess.list2cmdline([str(path)])
    return shlex.quote(str(path))
