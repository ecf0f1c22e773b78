"""noodl-portable schedule: say what a cron expression means, and when it comes next."""

import json
import time
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from itertools import islice

from noodl_portable.command import Command
from noodl_runtime.errors import SetupError
from noodl_runtime.triggers.schedule import BadSchedule, Schedule, schedule_of
from noodl_runtime.triggers.words import in_words
from noodl_runtime.values import iso_of

SHOWN = 5


def configure(parser: ArgumentParser) -> None:
    """Add the action, the expression and its time zone."""
    parser.add_argument("action", choices=("explain",), help="what to do with it")
    parser.add_argument(
        "cron", metavar="CRON", help="five fields in quotes, or @daily and the like"
    )
    parser.add_argument(
        "--timezone", default="", metavar="ZONE", help="like Europe/Berlin (default: local time)"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Print the meaning and the next times. raises: SetupError naming what is wrong."""
    try:
        schedule = schedule_of({"cron": arguments.cron, "timezone": arguments.timezone})
    except BadSchedule as error:
        raise SetupError(str(error)) from error
    moments = list(islice(schedule.upcoming(time.time()), SHOWN))
    words = in_words(arguments.cron)
    if arguments.json:
        print(json.dumps(_document(words, schedule, moments)))
    else:
        print(words[0].upper() + words[1:] + f" ({arguments.timezone or 'local time'}).")
        print("\n".join(f"  {schedule.zone.local(m):%a %Y-%m-%d %H:%M}" for m in moments))
    return 0


def _document(words: str, schedule: Schedule, moments: list[float]) -> dict[str, object]:
    return {
        "meaning": words,
        "normalised": schedule.cron,
        "next": [iso_of(datetime.fromtimestamp(moment, UTC)) for moment in moments],
    }


COMMAND = Command(
    name="schedule",
    summary="say what a cron expression means, and when it comes next",
    examples=(
        "schedule explain '0 9 * * mon-fri'",
        "schedule explain @daily --timezone Europe/Berlin",
    ),
    configure=configure,
    run=run,
)
