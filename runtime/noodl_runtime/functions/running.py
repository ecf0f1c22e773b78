"""Carries out runs: makes each with its host, waits for its answer, keeps its time limit."""

import logging
import time
from collections.abc import Callable, Mapping
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
from noodl_runtime.functions.limits import TIMEOUT, ended, too_large
from noodl_runtime.functions.operations import RecordOperations
from noodl_runtime.functions.tracing import tracer
from noodl_runtime.script.engine import LimitMet, available
from noodl_runtime.script.stock import Stock
from noodl_runtime.store.contract import Origin
from noodl_runtime.values import random_id
from noodl_runtime.workflow.graph import Component, Graph
from noodl_runtime.workflow.js.text import encode
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.nodes.request import begin, failure
from noodl_runtime.workflow.plain_world import PlainWorld
from noodl_runtime.workflow.run import Expired, Outcome, Run, Surroundings
from noodl_runtime.workflow.scripted.api import on_ask
from noodl_runtime.workflow.scripted.world import ScriptWorld
from noodl_runtime.workflow.triggering import Firing, Trigger, fire
from noodl_runtime.workflow.world import World

if TYPE_CHECKING:
    from noodl_runtime.functions.functions import Functions
    from noodl_runtime.runs import Recording

log = logging.getLogger("noodl.functions")

SCRIPT_THREADS = 32
NETWORK_THREADS = 32
IDLE_ANSWER = Outcome(200, '{"result":{}}')  # of a trigger's run that ends without a Response


class Running:
    """The runs of one backend's functions."""

    def __init__(self, functions: "Functions") -> None:
        self._functions = functions
        self._settings = functions.settings
        self._make_answers = functions.make_answers or Answers
        self._contexts = Stock(functions.settings.script_memory, functions.settings.script_ready)
        self.scripts_pool = ThreadPool(SCRIPT_THREADS)
        self._network = ThreadPool(NETWORK_THREADS)

    def close(self) -> None:
        """Keep no script contexts any more."""
        self._contexts.close()

    def fire(
        self,
        graph: Graph,
        trigger: Trigger,
        firing: Firing,
        origin: Origin,
        fired_by: Mapping[str, Any] | None,
    ) -> FunctionResponse:
        """Run a trigger's component to its end, see Functions.fire."""
        history = self._functions.history
        deadline = Deadline(self._settings.trigger_timeout)
        component = graph.components[trigger.component]
        recording = None
        if history:
            recording = history.begin(
                trigger.component,
                trigger.kind,
                firing.parameters,
                chain=origin.chain,
                fired_by=fired_by,
            )
        hosting = self._host(graph, component, origin, deadline, recording)
        run = hosting.run

        def begin_run() -> None:
            _start(run, lambda started: fire(started, trigger.node, firing))

        answer = self._answered(origin.run, hosting, begin_run, idle=IDLE_ANSWER)
        return self._kept(recording, answer)

    def call(
        self, graph: Graph, component: Component, name: str, request: FunctionRequest
    ) -> FunctionResponse:
        """Run the component of a function, see Functions.call."""
        history = self._functions.history
        deadline = Deadline(self._functions.time_limits.of(name))
        body = request.body.decode("utf-8-sig", "replace")
        recording = history.begin(name, "call", body, chain=request.chain) if history else None
        origin = Origin(run=name, chain=request.chain)
        hosting = self._host(graph, component, origin, deadline, recording, request.base_url)
        run = hosting.run

        def begin_run() -> None:
            _start(run, lambda started: begin(started, body, request.headers))

        return self._kept(recording, self._answered(name, hosting, begin_run))

    def _kept(self, recording: "Recording | None", answer: FunctionResponse) -> FunctionResponse:
        if self._functions.history and recording:
            self._functions.history.end(recording, answer.status, answer.body)
        return answer

    def _host(
        self,
        graph: Graph,
        component: Component,
        origin: Origin,
        deadline: Deadline,
        recording: "Recording | None",
        base_url: str = "",
    ) -> Hosting:
        """Return a fresh run of a component, with its host.

        recording: what is told of the run
        base_url:  of the call; a run without one goes by the setting public_url
        """
        base_url = base_url or self._settings.public_url.rstrip("/")
        scripted = component.needs_script and available()
        hosting = Hosting(
            answers=self._answers(base_url),
            deadline=deadline,
            threads=self.scripts_pool if scripted else None,
            network=self._network,
            origin=origin,
        )
        around = self._surroundings(graph, origin, hosting.breathe, recording, base_url)
        world = self._world(component, scripted, deadline)
        hosting.run = Run(graph, component, world, around)
        if isinstance(world, ScriptWorld):
            world.attach(hosting.run)
        return hosting

    def _answers(self, base_url: str) -> Answers:
        functions = self._functions
        return self._make_answers(
            self._records, functions.people, functions.app, base_url, self._settings.max_reply
        )

    @property
    def _records(self) -> RecordOperations:
        records = self._functions.records
        assert records is not None
        return records

    def _surroundings(
        self,
        graph: Graph,
        origin: Origin,
        breathe: Callable[[], None],
        recording: "Recording | None",
        base_url: str,
    ) -> Surroundings:
        functions = self._functions

        def noted(level: str, message: str, node: Node | None) -> None:
            text = functions.app.redacted(message) if functions.app else message
            _log(origin, level, text, node)
            if recording:
                recording.log(level, node.spec.id if node else "", text)

        return Surroundings(
            new_id=random_id,
            now=lambda: time.time() * 1000,
            fields=known_fields(self._records.get_schema(MASTER), graph.metadata),
            log=noted,
            breathe=breathe,
            random=token_bytes,
            max_asks=self._settings.max_asks,
            max_rounds=self._settings.max_rounds,
            trace=tracer(recording),
            file_url=partial(functions.file_url_below, base_url),
        )

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
            _never_answered(name, hosting)
            return failed(500, TIMEOUT)
        if not run.idle:
            gevent.spawn(hosting.finish)
        body = encode(outcome.body)
        if len(body) > self._settings.max_response:
            return too_large(run, self._settings.max_response)
        return FunctionResponse(status=outcome.status, body=body)


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


def _never_answered(name: str, hosting: Hosting) -> None:
    """Wait out the time limit: nothing is under way any more, and no Response node has sent."""
    log.error("%s: no Response node has sent; the call ends at its time limit", name)
    hosting.wait_out()
    hosting.stop()


def _log(origin: Origin, level: str, message: str, node: Node | None) -> None:
    place = f"{origin.run}: "
    if node is not None:
        component = node.parent.spec.id if node.parent else ""
        place = f"{origin.run}: {component} {node.spec.type.name} {node.spec.id}: "
    chain = f" [{origin.chain}]" if origin.chain else ""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    log.log(number, "%s%s%s", place, message, chain)
