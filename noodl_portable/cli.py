"""The command line: a table of commands, each a file in commands/."""

import argparse
import sys
from collections.abc import Sequence

from noodl_portable.command import Command
from noodl_portable.commands import COMMANDS
from noodl_runtime import __version__
from noodl_runtime.errors import PortableError, SetupError
from noodl_runtime.options import BriefUsage

PROG = "noodl-portable"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what goes wrong is one line on stderr."""
    arguments = parser().parse_args(argv)
    command: Command | None = arguments.command
    if command is None:
        parser().print_help(sys.stderr)
        return 2
    try:
        return command.run(arguments)
    except PortableError as error:
        print(f"{PROG} {command.name}: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, SetupError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0  # the reader of our output has seen enough


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, made from the table of commands."""
    root = argparse.ArgumentParser(
        prog=PROG,
        description="The backend for visually drawn apps: one folder in, one file out.",
        epilog=f"`{PROG} COMMAND --help` shows the options and examples of a command.",
    )
    root.add_argument("--version", action="version", version=f"{PROG} {__version__}")
    root.set_defaults(command=None)
    commands = root.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.summary[0].upper() + command.summary[1:] + ".",
            epilog="examples:\n" + "\n".join(f"  {PROG} {line}" for line in command.examples),
            formatter_class=BriefUsage,
        )
        command.configure(own)
        own.set_defaults(command=command)
    return root
