"""First file of a bundle that runs: checks Python and platform, then hands over to noodl_boot.

Any Python may be asked to start a bundle, 2.7 too. It must be able to read this file and say in
one sentence what is wrong, instead of failing somewhere inside: no newer syntax here.
"""

# ruff: noqa: UP031, PTH119, RUF005, UP036  older Pythons know neither f-strings nor pathlib

import os
import sys


def _damaged(error):  # type: (Exception) -> None
    name = os.path.basename(sys.argv[0])
    sys.stderr.write("%s: the file is damaged (%s); get it again\n" % (name, error))
    sys.exit(78)


try:
    from noodl_target import CURRENT  # type: ignore[import-not-found]  # beside this file
except Exception as error:  # whatever a flipped byte makes of it
    _damaged(error)

# The builder fills these two lines: what to call, and what is unpacked, by target.
ENTRY = ""
TARGETS = {}  # type: dict[str, object]

if CURRENT not in TARGETS:
    if sys.version_info >= (3, 11):
        _hint = ", or build it again with --target %s" % ",".join(sorted([CURRENT] + list(TARGETS)))
    else:
        _hint = ""
    sys.stderr.write(
        "%s: made for %s, started by %s (system, machine, Python); "
        "start it with a Python that fits%s.\n"
        % (os.path.basename(sys.argv[0]), " or ".join(sorted(TARGETS)), CURRENT, _hint)
    )
    sys.exit(78)

try:
    from noodl_boot import start  # type: ignore[import-not-found]  # needs a newer Python
except Exception as error:
    _damaged(error)

start(ENTRY, TARGETS[CURRENT], CURRENT)
