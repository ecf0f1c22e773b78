"""Schedule Trigger: starts a workflow at times."""

from noodl_runtime.workflow.triggering import DEFAULTS, trigger_type

NODE = trigger_type("schedule", DEFAULTS["schedule"], ("lastRun",))
