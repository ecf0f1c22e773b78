"""Config: a configuration parameter of the backend."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, Input, NodeType, value
from noodl_runtime.workflow.wire import to_wire


@dataclass(slots=True)
class _State:
    key: Value = UNDEFINED


def _created(node: Node) -> None:
    """Show the value when the configuration is there."""
    node.run.when_configured(lambda: _show(node))


def _show(node: Node) -> None:
    if not node.deleted:
        node.flag("value")


def _value(node: Node) -> Value:
    config, key = node.run.config, node.state.key
    if config is None or not isinstance(key, str) or key not in config:
        return UNDEFINED
    return node.run.world.build(to_wire(config[key]))


def _set_key(node: Node, key: Value) -> None:
    node.state.key = key
    node.flag("value")


def _touched(node: Node, _given: Value) -> None:
    node.flag("value")


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(_touched) if name in ("useDevValue", "devValue") else None


def _output(_spec: NodeSpec, name: str) -> Getter | None:
    return _value if name == "value" else None


NODE = NodeType(
    name="DbConfig",
    inputs={"configKey": value(_set_key)},
    any_input=_input,
    any_output=_output,
    state=_State,
    created=_created,
    needs_config=True,
)
