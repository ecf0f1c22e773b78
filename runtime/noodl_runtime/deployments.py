"""Functions that an editor deploys into the running backend; each deploy is a version of its own.

  <data folder>/data/deployed/12-5f0c1a9e.workflow.json
  {"deployed": {"at": "...", "over": "<origin of workflows/>"}, "components": [...], ...}

A version is a number that grows and a piece of the digest of what was deployed: a front end that
was made for another backend never names one of ours. The document is a workflow file like any
other. It is checked, then written whole or not at all, then served; so a process that ends at any
moment serves afterwards what it served before, or what it was given.
"""

import errno
import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore

from noodl_runtime.data_folder import json_text, write_private
from noodl_runtime.dataclass import dataclass
from noodl_runtime.definition import WORKFLOW_SUFFIX, check_workflow
from noodl_runtime.errors import BadFile, DeployRefused, StoreFull
from noodl_runtime.formats import parse_json
from noodl_runtime.functions import Deployed, Functions, prepared
from noodl_runtime.store.sqlite.files import flush_folder, make_private_folder
from noodl_runtime.values import now_iso
from noodl_runtime.workflow.graph import Graph, Problem

log = logging.getLogger("noodl.deploy")

SHOWN = 5  # problems of a refused deploy that the answer names
_VERSION = re.compile(r"[1-9][0-9]{0,11}-[0-9a-f]{8}")


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """What a deploy led to. problems: what works only in part, sentences for the author."""

    version: str
    problems: tuple[str, ...]


class Deployments:
    """The kept versions of one data folder.

    keep: how many versions are kept, the newest included
    """

    def __init__(self, folder: Path, functions: Functions, keep: int) -> None:
        self._folder = folder
        self._functions = functions
        self._keep = keep
        self._one_at_a_time = BoundedSemaphore(1)
        self._versions = _versions_in(folder)  # oldest first
        self._graphs: dict[str, Graph | None] = {}  # of those that were asked for
        functions.serving.find_version = self.graph

    @property
    def versions(self) -> Sequence[str]:
        """Return the kept versions, oldest first."""
        return tuple(self._versions)

    def open(self) -> None:
        """Serve the newest version that can be read, and tidy up after a process that was ended."""
        broken: list[Problem] = []
        for unfinished in self._folder.glob(".*"):
            unfinished.unlink()
        for version in reversed(self._versions):
            try:
                self._serve(version, self._read(version), broken)
            except BadFile as error:
                log.error("%s; the version before it is served", error)
                broken.append(Problem(f"deployed/{version}{WORKFLOW_SUFFIX}", "", "", str(error)))
            else:
                return
        if broken:
            self._serve("", {"components": []}, broken)

    def deploy(self, document: Mapping[str, Any]) -> Deploy:
        """Check what the editor exported, keep it as a new version and serve it.

        raises: DeployRefused naming component and node; what is served stays as it is
        """
        apply = gevent.get_hub().threadpool.apply  # a large export stops nobody
        with self._one_at_a_time:
            over = self._functions.serving.workflows.origin
            version, graph = apply(self._kept, (document, over))
            self._versions.append(version)
            self._graphs[version] = graph
            self._functions.deploy(Deployed(version=version, graph=graph, over=over))
            apply(self._forget_old)
        log.info("deployed version %s: %d functions", version, len(graph.functions()))
        return Deploy(version=version, problems=tuple(map(str, graph.problems)))

    def graph(self, version: str) -> Graph | None:
        """Return the graph of a kept version, read when it is first asked for; None without one."""
        if version not in self._versions:
            return None
        if version not in self._graphs:
            self._graphs[version] = gevent.get_hub().threadpool.apply(self._older, (version,))
        return self._graphs[version]

    def _kept(self, document: Mapping[str, Any], over: str) -> tuple[str, Graph]:
        version = self._next(document)
        graph = _checked(version, document)
        self._write(version, {**document, "deployed": {"at": now_iso(), "over": over}})
        return version, graph

    def _older(self, version: str) -> Graph | None:
        try:
            return _prepared(version, self._read(version))
        except BadFile as error:
            log.error("%s; the newest version answers in its place", error)
            return None

    def _serve(self, version: str, document: Mapping[str, Any], broken: list[Problem]) -> None:
        graph = _prepared(version, document, broken)
        made = document.get("deployed")
        over = made.get("over", "") if isinstance(made, dict) else ""
        self._graphs[version] = graph
        self._functions.deploy(Deployed(version=version, graph=graph, over=over))

    def _next(self, document: Mapping[str, Any]) -> str:
        number = _number(self._versions[-1]) + 1 if self._versions else 1
        digest = hashlib.sha256(json.dumps(document).encode()).hexdigest()
        return f"{number}-{digest[:8]}"

    def _file(self, version: str) -> Path:
        return self._folder / f"{version}{WORKFLOW_SUFFIX}"

    def _read(self, version: str) -> Mapping[str, Any]:
        file = self._file(version)
        try:
            document = parse_json(file.read_bytes(), str(file))
        except OSError as error:
            raise BadFile(f"{file} cannot be read: {error.strerror or error}") from error
        if not isinstance(document, dict) or not isinstance(document.get("components"), list):
            raise BadFile(f"{file} has no list of components")
        return document

    def _write(self, version: str, document: Mapping[str, Any]) -> None:
        try:
            make_private_folder(self._folder)
            write_private(self._file(version), json_text(document))
            flush_folder(self._folder)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            kind = StoreFull if full else DeployRefused
            raise kind(f"the new version cannot be kept: {error.strerror}") from error

    def _forget_old(self) -> None:
        while len(self._versions) > self._keep:
            version = self._versions.pop(0)
            self._graphs.pop(version, None)
            self._file(version).unlink(missing_ok=True)


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
    return prepared([(f"deployed/{version}{WORKFLOW_SUFFIX}", document)], broken)


def _versions_in(folder: Path) -> list[str]:
    return sorted(_named(folder), key=_number) if folder.is_dir() else []


def _named(folder: Path) -> Iterator[str]:
    for file in folder.iterdir():
        version = file.name.removesuffix(WORKFLOW_SUFFIX)
        if version != file.name and _VERSION.fullmatch(version):
            yield version


def _number(version: str) -> int:
    return int(version.partition("-")[0])
