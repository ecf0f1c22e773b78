"""Now: the present moment."""

from noodl_runtime.workflow.js.dates import iso
from noodl_runtime.workflow.js.values import Moment
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, action_type, done


def _read(node: Node) -> Ended:
    ms = int(node.run.around.now())
    return done(date=node.run.world.build(Moment(ms)), timestamp=ms, iso=iso(ms))


NODE = action_type(
    "net.noodl.Now", _read, start="read", inputs={}, outputs=("date", "timestamp", "iso")
)
