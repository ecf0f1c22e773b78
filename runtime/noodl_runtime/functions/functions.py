"""Functions by name: load, swap, call."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from noodl_runtime.functions.calls import FunctionRequest, FunctionResponse, failed
from noodl_runtime.functions.operations import AppOperations, PeopleOperations, RecordOperations
from noodl_runtime.functions.serving import VERSION_HEADER, Deployed, Serving
from noodl_runtime.functions.time_limits import TimeLimits
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Origin
from noodl_runtime.workflow.graph import CLOUD, Graph, Problem
from noodl_runtime.workflow.load import load
from noodl_runtime.workflow.nodes import NODE_TYPES
from noodl_runtime.workflow.triggering import Firing, Trigger, triggers_of

if TYPE_CHECKING:
    from noodl_runtime.functions.answers import Answers
    from noodl_runtime.functions.running import Running
    from noodl_runtime.runs import RunHistory

log = logging.getLogger("noodl.functions")

REQUEST = "noodl.cloud.request"


class Functions:
    """The workflows of a backend and their host.

    records, people, app: what runs work on; None: there are no users, no configuration and files
    make_answers:    makes what finds answers, None: the usual; tests watch the questions there
    """

    def __init__(
        self,
        settings: Settings,
        records: RecordOperations | None = None,
        people: PeopleOperations | None = None,
        app: AppOperations | None = None,
        *,
        make_answers: "Callable[..., Answers] | None" = None,
    ) -> None:
        self.settings = settings
        self.time_limits = TimeLimits(settings.function_timeout, settings.function_timeouts)
        self.make_answers = make_answers
        self.records = records
        self.people = people
        self.app = app
        self.serving = Serving()
        self.history: RunHistory | None = None  # None: runs are not kept
        self._refused: tuple[Problem, ...] = ()
        # who wants to know that another set of workflows is served: what keeps the triggers
        self.changed: list[Callable[[], None]] = []

    def attach(
        self,
        records: RecordOperations,
        people: PeopleOperations | None = None,
        app: AppOperations | None = None,
    ) -> None:
        """Name the backend whose records the workflows work on."""
        self.records = records
        self.people = people
        self.app = app

    def close(self) -> None:
        """Write down what is left to write, and keep no script contexts any more."""
        if "running" in vars(self):
            self.running.close()
        if self.history:
            self.history.close()

    def load(
        self,
        documents: Sequence[tuple[str, Any]],
        broken: Sequence[Problem] = (),
        origin: str = "",
    ) -> None:
        """Prepare workflow documents and serve them from now on; runs under way are not touched.

        documents: [("Orders.workflow.json", parsed document), ...]
        broken:    what kept other files from being read at all
        origin:    see Graph
        """
        self._serve(prepared(documents, broken, origin), self.serving.deployed)

    def swap(self, graph: Graph) -> bool:
        """Serve a set that `prepared` has built, unless part of it is broken; tell which it was.

        When it is, the set that runs goes on, and `problems` begins with what is broken.
        """
        self._refused = tuple(problem for problem in graph.problems if problem.fatal)
        for problem in self._refused:
            log.error("%s", problem)
        if not self._refused:
            self._serve(graph, self.serving.deployed)
        return not self._refused

    def deploy(self, deployed: Deployed) -> None:
        """Serve a set that was deployed, beside what is in workflows/."""
        self._serve(self.serving.workflows, deployed)

    def _serve(self, workflows: Graph, deployed: Deployed | None) -> None:
        fresh = deployed.graph if deployed and deployed is not self.serving.deployed else workflows
        for problem in fresh.problems:
            log.warning("%s", problem)
        self.serving.serve(workflows, deployed)
        for tell in self.changed:
            tell()

    def names(self) -> list[str]:
        """Return the functions that can be called, sorted."""
        return self.serving.names()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what a person should know about the loaded files."""
        return (*self._refused, *self.serving.problems())

    def triggers(self) -> list[Trigger]:
        """Return what the loaded workflows want to be started by; of two namesakes the first."""
        return [
            trigger
            for graph in self.serving.sets
            for trigger in triggers_of(graph)
            if self.serving.graph_of(trigger.component) is graph
        ]

    def fire(
        self,
        trigger: Trigger,
        firing: Firing,
        *,
        depth: int = 0,
        chain: str = "",
        fired_by: Mapping[str, Any] | None = None,
    ) -> FunctionResponse:
        """Run a trigger's component to its end and return its answer; {} if it gives none.

        depth, chain: see Origin; fired_by: what the history of runs keeps of the firing
        """
        graph = self.serving.graph_of(trigger.component)
        if graph is None:
            return failed(400, f"Can't find component model for {trigger.component}")
        origin = Origin(run=f"{trigger.component} ({trigger.kind})", depth=depth, chain=chain)
        return self.running.fire(graph, trigger, firing, origin, fired_by)

    def call(self, name: str, request: FunctionRequest) -> FunctionResponse:
        """Run a function and return its answer; whatever happens, there is one.

        name: "Orders/Create", decoded
        """
        found = self.serving.function(name, request.headers.get(VERSION_HEADER, ""))
        if found is None:
            return failed(400, f"Can't find component model for {CLOUD}{name}")
        if found[1].first(REQUEST) is None:
            return failed(400, "Could not find request node for function")
        return self.running.call(*found, name, request)

    @cached_property
    def running(self) -> "Running":
        """What carries out runs, loaded when the first comes."""
        from noodl_runtime.functions.running import Running

        return Running(self)

    def secret(self, name: str) -> str | None:
        """Return a secret of the backend, None for an unknown one."""
        return self.app.secret(name) if self.app else None

    def file_url(self, name: str) -> str:
        """Return the address of a stored file where no request says what addresses begin with."""
        return self.file_url_below(self.settings.public_url.rstrip("/"), name)

    def file_url_below(self, base_url: str, name: str) -> str:
        """Return the address of a stored file; addresses begin with base_url."""
        return self.app.file_url(base_url, name) if self.app else ""


def prepared(
    documents: Sequence[tuple[str, Any]], broken: Sequence[Problem] = (), origin: str = ""
) -> Graph:
    """Return the graph of workflow documents; broken: what kept other files from being read."""
    graph = load(documents, NODE_TYPES)
    return replace(graph, problems=(*broken, *graph.problems), origin=origin)
