"""Functions by name: load, swap, call."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

import gevent
from gevent.threadpool import ThreadPool

from noodl_runtime.access.caller import MASTER
from noodl_runtime.functions.answers import Answers
from noodl_runtime.functions.calls import FunctionRequest, FunctionResponse, failed
from noodl_runtime.functions.hosting import Deadline, Hosting
from noodl_runtime.functions.known_fields import known_fields
from noodl_runtime.functions.limits import ended, too_large
from noodl_runtime.functions.operations import AppOperations, PeopleOperations, RecordOperations
from noodl_runtime.functions.serving import VERSION_HEADER, Deployed, Serving
from noodl_runtime.functions.time_limits import TimeLimits
from noodl_runtime.functions.tracing import tracer
from noodl_runtime.script.engine import LimitMet, available
from noodl_runtime.script.stock import Stock
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Origin
from noodl_runtime.values import random_id
from noodl_runtime.workflow.graph import CLOUD, Component, Graph, Problem
from noodl_runtime.workflow.js.text import encode
from noodl_runtime.workflow.load import load
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.nodes import NODE_TYPES
from noodl_runtime.workflow.nodes.request import NODE as REQUEST
from noodl_runtime.workflow.nodes.request import begin, failure
from noodl_runtime.workflow.plain_world import PlainWorld
from noodl_runtime.workflow.run import Expired, Outcome, Run, Surroundings
from noodl_runtime.workflow.scripted.api import on_ask
from noodl_runtime.workflow.scripted.world import ScriptWorld
from noodl_runtime.workflow.triggering import Firing, Trigger, fire, triggers_of
from noodl_runtime.workflow.world import World

if TYPE_CHECKING:
    from noodl_runtime.runs import Recording, RunHistory

log = logging.getLogger("noodl.functions")

SCRIPT_THREADS = 32
NETWORK_THREADS = 32
IDLE_ANSWER = Outcome(200, '{"result":{}}')  # of a trigger's run that ends without a Response


class Functions:
    """The workflows of a backend and their host.

    records, people, app: what runs work on; None: there are no users, no configuration and files
    make_answers:    makes what finds answers; tests watch the questions there
    """

    def __init__(
        self,
        settings: Settings,
        records: RecordOperations | None = None,
        people: PeopleOperations | None = None,
        app: AppOperations | None = None,
        *,
        make_answers: Callable[..., Answers] = Answers,
    ) -> None:
        self._settings = settings
        self._time_limits = TimeLimits(settings.function_timeout, settings.function_timeouts)
        self._make_answers = make_answers
        self._records = records
        self._people = people
        self._app = app
        self.serving = Serving()
        self.history: RunHistory | None = None  # None: runs are not kept
        self._refused: tuple[Problem, ...] = ()
        # who wants to know that another set of workflows is served: what keeps the triggers
        self.changed: list[Callable[[], None]] = []
        self._contexts = Stock(settings.script_memory, settings.script_ready)
        self.scripts_pool = ThreadPool(SCRIPT_THREADS)
        self._network = ThreadPool(NETWORK_THREADS)

    def attach(
        self,
        records: RecordOperations,
        people: PeopleOperations | None = None,
        app: AppOperations | None = None,
    ) -> None:
        """Name the backend whose records the workflows work on."""
        self._records = records
        self._people = people
        self._app = app

    def close(self) -> None:
        """Write down what is left to write, and keep no script contexts any more."""
        self._contexts.close()
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
        name = f"{trigger.component} ({trigger.kind})"
        deadline = Deadline(self._settings.trigger_timeout)
        component = graph.components[trigger.component]
        origin = Origin(run=name, depth=depth, chain=chain)
        recording = None
        if self.history:
            recording = self.history.begin(
                trigger.component, trigger.kind, firing.parameters, chain=chain, fired_by=fired_by
            )
        hosting = self.host(graph, component, origin, deadline, recording)
        run = hosting.run

        def begin_run() -> None:
            _start(run, lambda started: fire(started, trigger.node, firing))

        answer = self._answered(name, hosting, begin_run, idle=IDLE_ANSWER)
        return self._kept(recording, answer)

    def call(self, name: str, request: FunctionRequest) -> FunctionResponse:
        """Run a function and return its answer; whatever happens, there is one.

        name: "Orders/Create", decoded
        """
        found = self.serving.function(name, request.headers.get(VERSION_HEADER, ""))
        if found is None:
            return failed(400, f"Can't find component model for {CLOUD}{name}")
        if found[1].first(REQUEST.name) is None:
            return failed(400, "Could not find request node for function")
        deadline = Deadline(self._time_limits.of(name))
        body = request.body.decode("utf-8-sig", "replace")
        recording = (
            self.history.begin(name, "call", body, chain=request.chain) if self.history else None
        )
        origin = Origin(run=name, chain=request.chain)
        hosting = self.host(*found, origin, deadline, recording, request.base_url)
        run = hosting.run

        def begin_run() -> None:
            _start(run, lambda started: begin(started, body, request.headers))

        return self._kept(recording, self._answered(name, hosting, begin_run))

    def _kept(self, recording: "Recording | None", answer: FunctionResponse) -> FunctionResponse:
        if self.history and recording:
            self.history.end(recording, answer.status, answer.body)
        return answer

    def host(
        self,
        graph: Graph,
        component: Component,
        origin: Origin,
        deadline: Deadline,
        recording: "Recording | None" = None,
        base_url: str = "",
    ) -> Hosting:
        """Return a fresh run of a component, with its host.

        recording: what is told of the run
        base_url:  of the call; a run without one goes by the setting public_url
        """
        assert self._records is not None
        records = self._records
        base_url = base_url or self._settings.public_url.rstrip("/")
        scripted = component.needs_script and available()
        hosting = Hosting(
            answers=self._make_answers(
                records, self._people, self._app, base_url, self._settings.max_reply
            ),
            deadline=deadline,
            threads=self.scripts_pool if scripted else None,
            network=self._network,
            origin=origin,
        )

        def noted(level: str, message: str, node: Node | None) -> None:
            text = self._redacted(message)
            _log(origin, level, text, node)
            if recording:
                recording.log(level, node.spec.id if node else "", text)

        around = Surroundings(
            new_id=random_id,
            now=lambda: time.time() * 1000,
            fields=known_fields(records.get_schema(MASTER), graph.metadata),
            log=noted,
            breathe=hosting.breathe,
            random=token_bytes,
            max_asks=self._settings.max_asks,
            max_rounds=self._settings.max_rounds,
            trace=tracer(recording),
            file_url=partial(self._file_url, base_url),
        )
        world = self._world(component, scripted, deadline)
        hosting.run = Run(graph, component, world, around)
        if isinstance(world, ScriptWorld):
            world.attach(hosting.run)
        return hosting

    def secret(self, name: str) -> str | None:
        """Return a secret of the backend, None for an unknown one."""
        return self._app.secret(name) if self._app else None

    def file_url(self, name: str) -> str:
        """Return the address of a stored file where no request says what addresses begin with."""
        return self._file_url(self._settings.public_url.rstrip("/"), name)

    def _file_url(self, base_url: str, name: str) -> str:
        return self._app.file_url(base_url, name) if self._app else ""

    def _redacted(self, message: str) -> str:
        return self._app.redacted(message) if self._app else message

    def _world(self, component: Component, scripted: bool, deadline: Deadline) -> World:
        if not scripted:
            return PlainWorld(random_id)
        take = self._contexts.take
        return ScriptWorld(lambda: take(component.scripts, deadline.remaining), on_ask)

    def _answered(
        self,
        name: str,
        hosting: Hosting,
        begin_run: Callable[[], None],
        *,
        idle: Outcome | None = None,
    ) -> FunctionResponse:
        run = hosting.run
        try:
            outcome = hosting.until_response(begin_run) or idle
        except (Expired, LimitMet) as limit:
            hosting.stop()
            return ended(run, str(limit), hosting.seconds, self._settings)
        if outcome is None:
            outcome = _never_answered(name, hosting)
        if outcome is None:
            return failed(500, "timeout")
        if not run.idle:
            gevent.spawn(hosting.finish)
        body = encode(outcome.body)
        if len(body) > self._settings.max_response:
            return too_large(run, self._settings.max_response)
        return FunctionResponse(status=outcome.status, body=body)


def prepared(
    documents: Sequence[tuple[str, Any]], broken: Sequence[Problem] = (), origin: str = ""
) -> Graph:
    """Return the graph of workflow documents; broken: what kept other files from being read."""
    graph = load(documents, NODE_TYPES)
    return replace(graph, problems=(*broken, *graph.problems), origin=origin)


def _start(run: Run, enter: Callable[[Run], None]) -> None:
    def entering(started: Run) -> None:
        try:
            enter(started)
        except Exception as error:
            started.respond(failure(str(error)))

    try:
        run.start(entering)
    except Exception as error:
        run.respond(failure(str(error)))
        return
    run.advance()


def _never_answered(name: str, hosting: Hosting) -> Outcome | None:
    """Wait out the time limit: nothing is under way any more, and no Response node has sent."""
    log.error("%s: no Response node has sent; the call ends at its time limit", name)
    hosting.wait_out()
    hosting.stop()
    return None


def _log(origin: Origin, level: str, message: str, node: Node | None) -> None:
    place = f"{origin.run}: "
    if node is not None:
        component = node.parent.spec.id if node.parent else ""
        place = f"{origin.run}: {component} {node.spec.type.name} {node.spec.id}: "
    chain = f" [{origin.chain}]" if origin.chain else ""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    log.log(number, "%s%s%s", place, message, chain)
