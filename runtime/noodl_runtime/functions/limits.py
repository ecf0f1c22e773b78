"""What is said of a limit that ended a run, to its caller and in the log."""

from noodl_runtime.functions.calls import FunctionResponse, failed
from noodl_runtime.settings import Settings
from noodl_runtime.workflow.run import Run

TIMEOUT, MEMORY = "timeout", "Out of memory"  # what callers are told, as graphs know it


def ended(run: Run, limit: str, seconds: float, settings: Settings) -> FunctionResponse:
    """Log which limit ended a run, and where it was then; return what its caller is told.

    limit:   what callers are told of it
    seconds: that the run was given
    """
    memory = settings.script_memory
    words = {
        TIMEOUT: f"it took more than {seconds:g} s (settings function_timeout, function_timeouts)",
        MEMORY: f"its scripts held more than {memory} bytes (setting script_memory)",
    }
    run.log("error", f"{limit}: {words.get(limit, 'the run was ended')}", run.at)
    return failed(500, limit)


def too_large(run: Run, most: int) -> FunctionResponse:
    """Log that a response is over the limit, and return what its caller is told."""
    message = f"the response is larger than {most} bytes (setting max_response)"
    run.log("error", message, run.at)
    return failed(500, message)
