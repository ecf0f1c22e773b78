"""Remove Object From Array: takes the Object with an id out, if the Array has it."""

from noodl_runtime.workflow.array_changes import change_type

NODE = change_type(
    "CollectionRemove",
    "remove",
    lambda node, array, item: node.run.world.remove_item(array, item),
)
