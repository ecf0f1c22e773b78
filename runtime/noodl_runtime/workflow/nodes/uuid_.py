"""UUID: a random identifier of version 4."""

from uuid import UUID

from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, action_type, done


def _generate(node: Node) -> Ended:
    return done(uuid=str(UUID(bytes=node.run.around.random(16), version=4)))


NODE = action_type("net.noodl.UUID", _generate, start="generate", inputs={}, outputs=("uuid",))
