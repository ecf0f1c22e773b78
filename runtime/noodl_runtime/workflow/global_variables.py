"""Variables by name: the properties of one Object per run, `Noodl.Variables` in scripts."""

from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.run import Run


def variables_of(run: Run) -> Value:
    """Return the Object that holds the variables of a run."""
    return run.world.object("--ndl--global-variables")
