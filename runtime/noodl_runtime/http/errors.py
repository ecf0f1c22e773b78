"""The one place where an error becomes a response."""

import logging

from noodl_runtime.errors import PortableError, ServerBusy
from noodl_runtime.http.route import Response, Wire
from noodl_runtime.http.strict_json import write_json
from noodl_runtime.http.wires import WIRES

log = logging.getLogger("noodl.http")


def error_response(error: Exception, wire: Wire, request_id: str) -> Response:
    """Return the response to a request that ended with an error.

    A PortableError was raised on purpose and says what the caller should know. Anything else is a
    fault of ours: its traceback goes to the log, and the answer says no more than where to look.
    """
    if isinstance(error, PortableError):
        if error.status >= 500 and not isinstance(error, ServerBusy):  # that would be a flood
            log.error("request %s: %s", request_id, error)
        status, body = WIRES[wire].error(error, request_id)
        return Response(status=status, body=write_json(body), headers=error.headers)
    log.error("request %s failed", request_id, exc_info=error)
    body = {"error": "internal error", "requestId": request_id}
    return Response(status=500, body=write_json(body))
