"""Boolean: a truth that stays."""

from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.variables import variable_type

NODE = variable_type("Boolean", start=False, cast=lambda _node, value: truthy(value))
