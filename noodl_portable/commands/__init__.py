"""Every subcommand of noodl-portable, in the order of --help. A new one is a file and a line."""

from noodl_portable.command import Command
from noodl_portable.commands import build, init, inspect, serve, verify

COMMANDS: tuple[Command, ...] = tuple(
    module.COMMAND for module in (init, serve, build, inspect, verify)
)
