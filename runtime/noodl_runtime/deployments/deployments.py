"""Takes deploys, and serves them: each is checked, then kept, then served.

A process that ends at any moment serves afterwards what it served before, or what it was given.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore

from noodl_runtime.dataclass import dataclass
from noodl_runtime.definition import WORKFLOW_SUFFIX, check_workflow
from noodl_runtime.deployments.versions import Versions
from noodl_runtime.errors import BadFile, DeployRefused
from noodl_runtime.functions import Deployed, Functions, prepared
from noodl_runtime.threads import in_thread
from noodl_runtime.values import now_iso
from noodl_runtime.workflow.graph import Graph, Problem

log = logging.getLogger("noodl.deploy")

SHOWN = 5  # problems of a refused deploy that the answer names


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """What a deploy led to. problems: what works only in part, sentences for the author."""

    version: str
    problems: tuple[str, ...]


class Deployments:
    """The deployed functions of one backend.

    keep: how many versions are kept, the newest included
    """

    def __init__(self, versions: Versions, functions: Functions, keep: int) -> None:
        self._versions = versions
        self._functions = functions
        self._keep = keep
        self._one_at_a_time = BoundedSemaphore(1)
        self._graphs: dict[str, Graph | None] = {}  # of the versions that were asked for
        functions.serving.find_version = self.graph

    @property
    def versions(self) -> Sequence[str]:
        """Return the kept versions, oldest first."""
        return self._versions.names

    def open(self) -> None:
        """Serve the newest version that can be read, and tidy up after a process that was ended."""
        broken: list[Problem] = []
        self._versions.sweep()
        for version in reversed(self.versions):
            try:
                self._serve(version, self._versions.read(version), broken)
            except BadFile as error:
                log.error("%s; the version before it is served", error)
                broken.append(Problem(_file(version), "", "", str(error)))
            else:
                return
        if broken:
            self._serve("", {"components": []}, broken)

    def deploy(self, document: Mapping[str, Any]) -> Deploy:
        """Check what the editor exported, keep it as a new version and serve it.

        raises: DeployRefused naming component and node; what is served stays as it is
        """
        pool = gevent.get_hub().threadpool  # a large export stops nobody
        with self._one_at_a_time:
            over = self._functions.serving.workflows.origin
            version, graph = in_thread(pool, lambda: self._kept(document, over))
            self._graphs[version] = graph
            self._functions.deploy(Deployed(version=version, graph=graph, over=over))
            in_thread(pool, lambda: self._versions.forget_all_but(self._keep))
            self._graphs = {
                name: self._graphs[name] for name in self.versions if name in self._graphs
            }
        log.info("deployed version %s, functions in it: %d", version, len(graph.functions()))
        return Deploy(version=version, problems=tuple(map(str, graph.problems)))

    def graph(self, version: str) -> Graph | None:
        """Return the graph of a kept version, read when it is first asked for; None without one."""
        if version not in self.versions:
            return None
        if version not in self._graphs:
            pool = gevent.get_hub().threadpool
            self._graphs[version] = in_thread(pool, lambda: self._older(version))
        return self._graphs[version]

    def _kept(self, document: Mapping[str, Any], over: str) -> tuple[str, Graph]:
        version = self._versions.next(document)
        try:
            graph = _checked(version, document)
        except DeployRefused as error:
            log.warning("a deploy is refused, what was served goes on: %s", error)
            raise
        self._versions.keep(version, {**document, "deployed": {"at": now_iso(), "over": over}})
        return version, graph

    def _older(self, version: str) -> Graph | None:
        try:
            return _prepared(version, self._versions.read(version))
        except BadFile as error:
            log.error("%s; the newest version answers in its place", error)
            return None

    def _serve(self, version: str, document: Mapping[str, Any], broken: list[Problem]) -> None:
        graph = _prepared(version, document, broken)
        made = document.get("deployed")
        over = made.get("over", "") if isinstance(made, dict) else ""
        self._graphs[version] = graph
        self._functions.deploy(Deployed(version=version, graph=graph, over=over))


def _checked(version: str, document: Mapping[str, Any]) -> Graph:
    try:
        check_workflow(document, "the deploy")
    except BadFile as error:
        raise DeployRefused(str(error)) from error
    graph = _prepared(version, document)
    fatal = [str(problem) for problem in graph.problems if problem.fatal]
    if fatal:
        more = f"; and {len(fatal) - SHOWN} more" if len(fatal) > SHOWN else ""
        raise DeployRefused("; ".join(fatal[:SHOWN]) + more)
    return graph


def _prepared(version: str, document: Mapping[str, Any], broken: Sequence[Problem] = ()) -> Graph:
    return prepared([(_file(version), document)], broken)


def _file(version: str) -> str:
    return f"deployed/{version}{WORKFLOW_SUFFIX}"
