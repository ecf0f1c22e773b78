"""Insert Object Into Array: adds the Object with an id, unless the Array has it."""

from noodl_runtime.workflow.array_changes import change_type

NODE = change_type(
    "CollectionInsert", "add", lambda node, array, item: node.run.world.add_item(array, item)
)
