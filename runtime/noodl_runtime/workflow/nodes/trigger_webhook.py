"""Webhook Trigger: starts a workflow when somebody calls its address.

rawBody is the body as text, whatever its type; rawBase64 its bytes in base64.
"""

from noodl_runtime.workflow.triggering import DEFAULTS, trigger_type

_OUTPUTS = ("body", "headers", "query", "rawBody", "rawBase64")

NODE = trigger_type("webhook", DEFAULTS["webhook"], _OUTPUTS)
