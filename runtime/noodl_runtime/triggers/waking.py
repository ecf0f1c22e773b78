"""Has triggers made when there are any: a start without them pays for nothing of this room."""

from typing import TYPE_CHECKING

from noodl_runtime.functions import Functions
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend
    from noodl_runtime.triggers.triggers import Triggers

AREAS = ("positions", "schedules", "accepted")  # what triggers that were taken out have left behind


class Waking:
    """Gives a backend its `triggers` as soon as its workflows declare some.

    In order: `prepare` before anybody can write, `start`, `hold`, `stop`.
    """

    def __init__(
        self, backend: "Backend", functions: Functions, store: CloudStore, settings: Settings
    ) -> None:
        self._backend = backend
        self._functions = functions
        self._store = store
        self._settings = settings
        self._triggers: Triggers | None = None
        self._started = False

    def prepare(self) -> None:
        """Make the triggers that there are, or will be after a reload."""
        if any(self._store.remembered(area) for area in AREAS):
            self._wake()
        else:
            self._look()
        self._functions.changed.append(self._look)

    def start(self) -> None:
        """Let them follow clock and change log."""
        self._started = True
        if self._triggers:
            self._triggers.start()

    def hold(self) -> None:
        """Let no further run begin."""
        self._started = False
        if self._triggers:
            self._triggers.hold()

    def stop(self) -> None:
        """Wait for runs, remember what is done."""
        self._functions.changed.remove(self._look)
        if self._triggers:
            self._triggers.stop()

    def _look(self) -> None:
        if self._triggers is None and self._functions.triggers():
            self._wake()

    def _wake(self) -> None:
        from noodl_runtime.triggers.triggers import Triggers

        self._triggers = Triggers(self._functions, self._store, self._settings)
        self._triggers.prepare()
        if self._started:
            self._triggers.start()
        self._backend.triggers = self._triggers
