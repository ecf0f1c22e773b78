"""Who may call which function, where a setting says so; others go by their Request node."""

from collections.abc import Callable, Iterable

from noodl_runtime.access.caller import Caller
from noodl_runtime.errors import BadSetting, NotAllowed

UNAUTHENTICATED = "Unauthenticated requests not accepted."
_WORDS = ("public", "user", "master")


class FunctionAccess:
    """The setting function_access: ("Ping=public", "Orders/Close=role:Staff", "Wipe=master").

    raises: BadSetting for an entry that says nothing
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._who = dict(_read(entry) for entry in entries)

    def who(self, name: str) -> str:
        """Return who may call a function as far as the setting says: "public", "role:Staff"."""
        return self._who.get(name, "public")

    def check(self, name: str, caller: Caller, find_caller: Callable[[], Caller]) -> None:
        """Accept a call of a function. raises: NotAllowed, InvalidSession.

        caller:      as the request brought it, its session not looked at
        find_caller: finds out who that session belongs to
        """
        who = self.who(name)
        if who == "public" or caller.master:
            return
        caller = find_caller()
        if caller.user_id is None and who != "master":
            raise NotAllowed(UNAUTHENTICATED)
        if who != "user" and who not in (caller.principals or ()):
            raise NotAllowed(f"the function {name} is not for this caller")


def _read(entry: str) -> tuple[str, str]:
    name, _, who = entry.partition("=")
    known = who in _WORDS or (who.startswith("role:") and who != "role:")
    if not name or not known:
        raise BadSetting(
            f"function_access has {entry!r}; an entry is name=who, "
            "who being public, user, role:NAME or master"
        )
    return name, who
