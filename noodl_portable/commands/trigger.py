"""noodl-portable trigger: show the triggers of a running backend, fire them, try again."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from noodl_portable.command import Command
from noodl_portable.running import add_running_backend, ask
from noodl_runtime.errors import SetupError

ROOT = "/_admin/triggers"
Shown = Mapping[str, Any]


def configure(parser: ArgumentParser) -> None:
    """Add the action, the backend and the trigger."""
    parser.add_argument("action", choices=ACTIONS, help="what to do")
    add_running_backend(parser)
    parser.add_argument(
        "trigger", metavar="TRIGGER", nargs="?", help="its id, or the name of its component"
    )
    parser.add_argument(
        "--with", dest="given", default="{}", metavar="JSON",
        help='what to fire it with: \'{"objectId": "aZ3k9QwXy1"}\'',
    )  # fmt: skip
    parser.add_argument("--sequence", type=int, help="only this parked change")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Do what is asked of the running backend, and print its answer."""
    return ACTIONS[arguments.action](arguments)


def _list(arguments: Namespace) -> int:
    found = ask(arguments, "GET", ROOT)["results"]
    if arguments.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print("\n".join(line for one in found for line in _lines(one)) or "There are no triggers.")
    return 0


def _fire(arguments: Namespace) -> int:
    try:
        given = json.loads(arguments.given)
    except ValueError as error:
        raise SetupError(f"--with is not JSON: {error}") from error
    answer = ask(arguments, "POST", f"{ROOT}/{_chosen(arguments)}/fire", given)
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def _retry(arguments: Namespace) -> int:
    body = {"sequence": arguments.sequence} if arguments.sequence is not None else {}
    tried = ask(arguments, "POST", f"{ROOT}/{_chosen(arguments)}/retry", body)["results"]
    if arguments.json:
        print(json.dumps(tried, ensure_ascii=False))
    else:
        print("\n".join(f"{row['sequence']}: {row['error'] or 'done'}" for row in tried))
    return 1 if any(row["error"] for row in tried) else 0


def _chosen(arguments: Namespace) -> str:
    """Return the id of the trigger that was named. raises: SetupError."""
    name = arguments.trigger
    found = ask(arguments, "GET", ROOT)["results"]
    ids = [one["id"] for one in found if name in (one["id"], _short(one), one["component"])]
    if len(ids) == 1:
        return str(ids[0])
    known = ", ".join(f"{one['id']} ({_short(one)})" for one in found) or "there are none"
    if ids:
        raise SetupError(f"{name} has {len(ids)} triggers; name one by its id: {known}")
    raise SetupError(f"there is no trigger {name or 'given'}; known: {known}")


def _short(one: Shown) -> str:
    return str(one["component"]).partition("__/")[2]


def _lines(one: Shown) -> Iterator[str]:
    yield f"{one['id']}  {_short(one)}: {_waits_for(one)}"
    if one["problem"]:
        yield f"    does not fire: {one['problem']}"
    elif not one["enabled"]:
        yield "    is switched off"
    if one.get("next"):
        yield f"    next {one['next'][0]}"
    if one.get("last"):
        yield f"    last {one['last']['startedAt']}, {one['last']['error'] or 'well'}"
    if one.get("behind"):
        yield f"    {one['behind']} changes behind"
    for parked in one.get("parked", ()):
        yield (
            f"    parked {parked['sequence']}: {parked['event']} of {parked['collection']} "
            f"{parked['objectId']}: {parked['error']}"
        )


def _waits_for(one: Shown) -> str:
    parameters = one["parameters"]
    if one["kind"] == "schedule":
        return f"schedule {parameters['cron']} {one.get('meaning', '')}".rstrip()
    if one["kind"] == "dbChange":
        return f"database change of {parameters['collection']} ({parameters['events']})"
    return f"webhook {parameters['method']} {one.get('url', parameters['path'])}"


ACTIONS: dict[str, Callable[[Namespace], int]] = {"list": _list, "fire": _fire, "retry": _retry}

COMMAND = Command(
    name="trigger",
    summary="show the triggers of a running backend, fire one, try parked changes again",
    examples=(
        "trigger list my-app-data",
        "trigger fire my-app-data Nightly",
        "trigger retry my-app-data 5f0c9a1b2d --sequence 120",
    ),
    configure=configure,
    run=run,
)
