"""Database Change Trigger: starts a workflow when a record has changed."""

from noodl_runtime.workflow.triggering import DEFAULTS, trigger_type

NODE = trigger_type("dbChange", DEFAULTS["dbChange"], ("eventType", "record", "recordId"))
