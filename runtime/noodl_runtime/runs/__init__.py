"""The history of runs: what was asked, answered, printed and passed on, for whoever looks later."""

from noodl_runtime.runs.history import RunHistory
from noodl_runtime.runs.recording import Recording

__all__ = ["Recording", "RunHistory"]
