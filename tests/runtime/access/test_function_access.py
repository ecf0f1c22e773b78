"""Who may call which function, by the setting."""

from collections.abc import Callable
from typing import Any

import pytest

from noodl_runtime.access.caller import ANYONE, MASTER, Caller
from noodl_runtime.access.function_access import FunctionAccess
from noodl_runtime.backend import Backend
from noodl_runtime.errors import BadSetting, NotAllowed
from noodl_runtime.functions import Functions
from tests.runtime.access.stories import Story
from tests.runtime.http.clients import WsgiClient
from tests.runtime.workflow.graphs import component, document, node

ANN = Caller(user_id="ann", roles=("Staff",))
BOB = Caller(user_id="bob")
ACCESS = FunctionAccess(["Ping=public", "Mine=user", "Orders/Close=role:Staff", "Wipe=master"])

CALLS = [
    # function        who may
    ("Other",         (MASTER, ANYONE, ANN, BOB)),
    ("Ping",          (MASTER, ANYONE, ANN, BOB)),
    ("Mine",          (MASTER, ANN, BOB)),
    ("Orders/Close",  (MASTER, ANN)),
    ("Wipe",          (MASTER,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "allowed"), CALLS)
def test_who_may_call_a_function(name: str, allowed: tuple[Caller, ...]) -> None:
    for caller in (MASTER, ANYONE, ANN, BOB):
        if caller in allowed:
            ACCESS.check(name, caller, lambda who=caller: who)
        else:
            with pytest.raises(NotAllowed):
                ACCESS.check(name, caller, lambda who=caller: who)


@pytest.mark.parametrize("entry", ["", "Ping", "=user", "Ping=", "Ping=everyone", "Ping=role:"])
def test_an_entry_that_says_nothing_is_refused(entry: str) -> None:
    with pytest.raises(BadSetting, match="an entry is name=who"):
        FunctionAccess([entry])


def test_the_setting_holds_for_calls_over_http(make: Callable[..., Backend]) -> None:
    backend = make(function_access=("Mine=user", "Wipe=master"))
    backend.functions = Functions(backend.settings)
    backend.functions.attach(backend, backend.access.accounts)
    story = Story(WsgiClient(backend))
    story.people("ann")
    story.tell("""
        - POST /functions/Mine {}          -> 400 119 Unauthenticated requests not accepted.
        r:unknown POST /functions/Mine {}  -> 400 209 Invalid session token
        ann POST /functions/Mine {}        -> 400 {"error": "Can't find component model for /#__cloud__/Mine"}
        ann POST /functions/Wipe {}        -> 400 119 is not for this caller
        M POST /functions/Wipe {}          -> 400 {"error": "Can't find component model for /#__cloud__/Wipe"}
        - POST /functions/Other {}         -> 400 {"error": "Can't find component model for /#__cloud__/Other"}
    """)


def test_the_request_node_decides_where_no_setting_does(make: Callable[..., Backend]) -> None:
    backend = make(function_access=("Staff=role:Staff",))
    backend.functions = Functions(backend.settings)
    backend.functions.attach(backend, backend.access.accounts)
    backend.functions.load(
        [
            answering("Open", allowNoAuth=True),
            answering("Closed", allowNoAuth=False),
            answering("Staff", allowNoAuth=True),
        ]
    )
    story = Story(WsgiClient(backend))
    story.people("ann", "bob")
    story.tell("""
        M POST /roles {"name": "Staff", "ACL": {}, "users": {"__op": "AddRelation", "objects": [{"__type": "Pointer", "className": "_User", "objectId": "$id:ann"}]}} -> 201
        - POST /functions/Open {}     -> 200 {"result": {}}
        - POST /functions/Closed {}   -> 400 {"error": "Unauthenticated requests not accepted."}
        bob POST /functions/Closed {} -> 200 {"result": {}}
        - POST /functions/Staff {}    -> 400 119 Unauthenticated requests not accepted.
        bob POST /functions/Staff {}  -> 400 119 is not for this caller
        ann POST /functions/Staff {}  -> 200 {"result": {}}
        M POST /functions/Staff {}    -> 200 {"result": {}}
    """)


def answering(name: str, **request: Any) -> tuple[str, Any]:
    """Return a workflow file with a function that answers {} to whom its Request node lets in."""
    nodes = [node("q", "Request", **request), node("r", "Response")]
    return f"{name}.json", document(component(name, nodes, "q.receive -> r.send"))
