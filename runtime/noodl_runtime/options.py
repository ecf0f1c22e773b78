"""The options of the command line that serves, made from the table of settings."""

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from noodl_runtime import __version__
from noodl_runtime.settings import SETTINGS

IN_USAGE = ("host", "port", "data", "mode")
SETTINGS_ARE = (
    "also to be given as NOODL_<NAME> in the environment, or among the settings of config.json"
)
EXAMPLES = """examples:
  python backend.pyz                       serve on http://127.0.0.1:8577
  python backend.pyz --port 0              any free port; the ready line says which
  python backend.pyz --data ~/todo-data    keep records, files and keys there

NOODL_CACHE names the folder its libraries are unpacked into; default: the user's cache folder.

exit codes: 0 stopped as asked or parent gone, 1 cannot start, 2 wrong option, 69 port taken,
  73 no folder to unpack into, 75 data folder in use,
  78 wrong or damaged file, setting, Python or platform (a restart will not help)
"""


def option_parser(prog: str, version: str) -> argparse.ArgumentParser:
    """Return the parser of the serving options, made from the table of settings."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Serve this backend.",
        epilog=EXAMPLES,
        formatter_class=BriefUsage,
    )
    parser.add_argument("--version", action="version", version=version)
    add_setting_options(parser)
    return parser


class BriefUsage(argparse.RawDescriptionHelpFormatter):
    """Keep the usage, which stands before every error, short: few settings, not a page of them."""

    def add_usage(
        self, usage: Any, actions: Iterable[argparse.Action], groups: Any, prefix: Any = None
    ) -> None:
        """Add the usage without the settings that --help lists anyway."""
        few = [each for each in actions if each.dest not in SETTINGS or each.dest in IN_USAGE]
        super().add_usage(usage, few, groups, prefix)


def add_setting_options(parser: argparse.ArgumentParser) -> None:
    """Add one option for each setting of the table."""
    group = parser.add_argument_group("settings", SETTINGS_ARE)
    for row in SETTINGS.values():
        if row.secret:
            continue
        default = ",".join(row.default) if isinstance(row.default, tuple) else row.default
        shown = f" (default: {default})" if default not in ("", None) else ""
        group.add_argument(
            row.option, dest=row.name, metavar="VALUE", help=row.help.replace("%", "%%") + shown
        )


def version_text(manifest: Mapping[str, Any]) -> str:
    """Return what --version prints: "todo 1.0 (build 1a2b..., noodl-portable 0.1.0)"."""
    return (
        f"{manifest['name']} {manifest['version']} "
        f"(build {manifest['buildId']}, noodl-portable {__version__})"
    )
