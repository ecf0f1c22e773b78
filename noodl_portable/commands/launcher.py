"""noodl-portable launcher: the backends of this machine over HTTP, for an editor."""

import dataclasses
import os
import secrets
from argparse import ArgumentParser, Namespace

from noodl_portable.command import Command
from noodl_portable.launcher.host import serve
from noodl_runtime.settings import SETTINGS, resolve

OPTIONS = ("port", "log_level", "stop_with_stdin", "parent_pid", "allowed_origins")


def configure(parser: ArgumentParser) -> None:
    """Add the settings that a launcher goes by."""
    for name in OPTIONS:
        row = SETTINGS[name]
        parser.add_argument(row.option, dest=name, metavar="VALUE", help=row.help)


def run(arguments: Namespace) -> int:
    """Serve until Ctrl-C, or until the program that started it is gone."""
    options = {"port": "0", **{n: v for n in OPTIONS if (v := getattr(arguments, n)) is not None}}
    settings = resolve(options, os.environ, {})
    token = settings.launch_token or secrets.token_urlsafe(32)
    return serve(dataclasses.replace(settings, launch_token=token))


COMMAND = Command(
    name="launcher",
    summary="list, start and stop the backends of this machine over HTTP, for an editor",
    examples=("launcher", "launcher --port 8600"),
    configure=configure,
    run=run,
)
