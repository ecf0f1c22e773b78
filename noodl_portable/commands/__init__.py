"""Every subcommand of noodl-portable, in the order of --help. A new one is a file and a line."""

from noodl_portable.command import Command
from noodl_portable.commands.backup import COMMAND as BACKUP
from noodl_portable.commands.build import COMMAND as BUILD
from noodl_portable.commands.compile import COMMAND as COMPILE
from noodl_portable.commands.dev import COMMAND as DEV
from noodl_portable.commands.diff import COMMAND as DIFF
from noodl_portable.commands.doctor import COMMAND as DOCTOR
from noodl_portable.commands.electron import COMMAND as ELECTRON
from noodl_portable.commands.freeze import COMMAND as FREEZE
from noodl_portable.commands.init import COMMAND as INIT
from noodl_portable.commands.inspect import COMMAND as INSPECT
from noodl_portable.commands.keygen import COMMAND as KEYGEN
from noodl_portable.commands.launcher import COMMAND as LAUNCHER
from noodl_portable.commands.lint import COMMAND as LINT
from noodl_portable.commands.restore import COMMAND as RESTORE
from noodl_portable.commands.rollback import COMMAND as ROLLBACK
from noodl_portable.commands.schedule import COMMAND as SCHEDULE
from noodl_portable.commands.serve import COMMAND as SERVE
from noodl_portable.commands.trigger import COMMAND as TRIGGER
from noodl_portable.commands.verify import COMMAND as VERIFY

COMMANDS: tuple[Command, ...] = (
    INIT,
    COMPILE,
    LINT,
    DEV,
    SERVE,
    LAUNCHER,
    BUILD,
    ELECTRON,
    INSPECT,
    VERIFY,
    DIFF,
    KEYGEN,
    FREEZE,
    BACKUP,
    RESTORE,
    ROLLBACK,
    DOCTOR,
    SCHEDULE,
    TRIGGER,
)
