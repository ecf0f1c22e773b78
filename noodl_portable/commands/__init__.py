"""Every subcommand of noodl-portable, in the order of --help. A new one is a file and a line."""

from noodl_portable.command import Command
from noodl_portable.commands.build import COMMAND as BUILD
from noodl_portable.commands.init import COMMAND as INIT
from noodl_portable.commands.inspect import COMMAND as INSPECT
from noodl_portable.commands.serve import COMMAND as SERVE
from noodl_portable.commands.verify import COMMAND as VERIFY

COMMANDS: tuple[Command, ...] = (INIT, SERVE, BUILD, INSPECT, VERIFY)
