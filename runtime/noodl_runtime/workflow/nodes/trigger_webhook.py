"""Webhook Trigger: starts a workflow when somebody calls its address."""

from noodl_runtime.workflow.triggering import DEFAULTS, trigger_type

NODE = trigger_type("webhook", DEFAULTS["webhook"], ("body", "headers", "query"))
