"""Calls of webhooks: which trigger one is for, whether it is taken, and its run.

A call that is answered at once is remembered before the answer and until its run has ended, so that
a process that dies in between runs it after its next start.
"""

import base64
import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from noodl_runtime.errors import (
    BadSignature,
    HookNotReady,
    MethodNotAllowed,
    NoSuchRoute,
    ServerBusy,
    UnsupportedEncoding,
)
from noodl_runtime.functions import FunctionResponse
from noodl_runtime.store.contract import CloudStore
from noodl_runtime.triggers.firings import of_call
from noodl_runtime.triggers.hook import Hook, HookCall
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.triggers.runs import Runs
from noodl_runtime.triggers.signatures import check
from noodl_runtime.values import random_id
from noodl_runtime.workflow.js.text import encode, stringify

AREA = "accepted"

log = logging.getLogger("noodl.triggers")


class Hooks:
    """The webhooks of one backend. secret: returns a secret by name; most: calls that may wait."""

    def __init__(
        self, store: CloudStore, runs: Runs, secret: Callable[[str], str | None], most: int
    ) -> None:
        self._store = store
        self._runs = runs
        self._secret = secret
        self._most = most
        self._places: dict[str, dict[str, tuple[Registered, Hook]]] = {}
        self._waiting = 0

    def follow(self, triggers: Iterable[Registered]) -> None:
        """Take calls of these webhooks from now on; of two for one path and method the first."""
        self._places = {}
        for one in triggers:
            if isinstance(one.what, Hook):
                place = self._places.setdefault(one.what.path, {})
                for method in one.what.methods:
                    place.setdefault(method, (one, one.what))

    def resume(self, *, forget_others: bool) -> None:
        """Run the calls that were accepted and not run before the process ended.

        forget_others: give up those that no webhook takes any more
        """
        for name, text in self._store.remembered(AREA).items():
            kept = json.loads(text)
            call = HookCall(**{**kept["call"], "body": base64.b64decode(kept["call"]["body"])})
            found = self._places.get(call.path, {}).get(call.method)
            if found is not None:
                self._run_later(found[0], call, name)
            elif forget_others:
                log.error("a call of %s is given up: no webhook takes it any more", call.path)
                self._store.remember(AREA, {name: None})

    def call(self, **given: Any) -> FunctionResponse:
        """Return the answer to a call: what its run answers, or 202 at once.

        given:  the fields of a HookCall
        raises: NoSuchRoute, MethodNotAllowed, BadSignature, HookNotReady, ServerBusy
        """
        call = HookCall(**given)
        one, hook = self._found(call)
        self._check(one, hook, call)
        if hook.respond == "accepted":
            return self._accepted(one, call)
        fired_by = {"by": "webhook", "path": hook.url}
        answer = self._runs.fire(one, of_call(call), chain=call.chain, fired_by=fired_by)
        return _bare(answer) if hook.respond == "bare" else answer

    def _found(self, call: HookCall) -> tuple[Registered, Hook]:
        place = self._places.get(call.path)
        if not place:
            raise NoSuchRoute("no webhook has this path")
        if call.method not in place:
            allowed = ", ".join(sorted(place))
            message = f"{call.method} is not possible here; possible: {allowed}"
            raise MethodNotAllowed(message, headers={"Allow": allowed})
        return place[call.method]

    def _check(self, one: Registered, hook: Hook, call: HookCall) -> None:
        if hook.verify == "none":
            return
        secret = self._secret(hook.secret)
        if not secret:
            log.error("%s takes no call: the secret %s is not set", one, hook.secret)
            raise HookNotReady("this webhook is not set up yet; its backend's log says why")
        encoding = call.headers.get("content-encoding", "identity")
        if hook.verify != "token" and encoding != "identity":
            raise UnsupportedEncoding("what is signed is sent as it is, without a content encoding")
        try:
            check(
                hook.verify, call.headers, call.body,
                secret=secret, header=hook.header, now=time.time(), window_s=hook.window_s,
            )  # fmt: skip
        except BadSignature as error:
            log.info("%s refuses a call: %s [%s]", one, error, call.chain)
            raise

    def _accepted(self, one: Registered, call: HookCall) -> FunctionResponse:
        if self._waiting >= self._most:
            raise ServerBusy(
                f"{self._most} calls wait to be run (setting max_waiting_hooks)",
                headers={"Retry-After": "10"},
            )
        name = random_id(20)
        kept = {**asdict(call), "body": base64.b64encode(call.body).decode()}
        self._store.remember(AREA, {name: json.dumps({"call": kept})})
        self._run_later(one, call, name)
        return FunctionResponse(status=202, body=b'{"accepted":true}')

    def _run_later(self, one: Registered, call: HookCall, name: str) -> None:
        self._waiting += 1
        self._runs.spawn(lambda: self._run(one, call, name))

    def _run(self, one: Registered, call: HookCall, name: str) -> None:
        try:
            self._runs.take(wait=True)
            try:
                fired_by = {"by": "webhook", "path": call.path}
                self._runs.fire(one, of_call(call), chain=call.chain, fired_by=fired_by)
            finally:
                self._runs.give()
            self._store.remember(AREA, {name: None})
        except Exception:  # the edge of the greenlet
            log.exception("%s could not be run", one)
        finally:
            self._waiting -= 1


def _bare(answer: FunctionResponse) -> FunctionResponse:
    """Return what a Response node sent by itself, as senders want it that look for a challenge."""
    if answer.status != 200:
        return answer
    result = json.loads(answer.body)["result"]
    return FunctionResponse(status=200, body=encode(stringify(result) or "{}"))
