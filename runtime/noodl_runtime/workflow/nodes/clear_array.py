"""Clear Array: empties an Array."""

from noodl_runtime.workflow.array_changes import clear_type

NODE = clear_type("CollectionClear", "clear")
