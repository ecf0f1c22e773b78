"""String: a text that stays."""

from noodl_runtime.workflow.js.convert import length
from noodl_runtime.workflow.variables import variable_type

NODE = variable_type(
    "String",
    start="",
    cast=lambda node, value: node.run.world.text(value),
    more_outputs={"length": lambda node: length(node.state.current)},
)
