"""Number: a number that stays."""

from noodl_runtime.workflow.variables import variable_type

NODE = variable_type("Number", start=0, cast=lambda node, value: node.run.world.number(value))
