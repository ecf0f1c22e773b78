"""From a request at /realtime to a stream: what kind, whether there is room, the headers."""

from noodl_runtime.errors import ServerBusy, UpgradeRequired
from noodl_runtime.http.route import Request, Response
from noodl_runtime.realtime.event_stream import EventStream
from noodl_runtime.realtime.handshake import EVENT_STREAM, accepted, wants_events, wants_websocket
from noodl_runtime.realtime.live import Live
from noodl_runtime.realtime.websocket import WebSocket


def open_stream(live: Live, request: Request) -> Response:
    """Return the response that makes a connection a stream.

    raises: UpgradeRequired, ServerBusy, BadRequest; of an event stream what its subscriptions raise
    """
    if wants_websocket(request.headers):
        headers = accepted(request.headers)
        _check_room(live)
        socket = WebSocket(live, request.caller, request.base_url)
        return Response(status=101, headers=headers, conversation=socket)
    if wants_events(request.headers):
        _check_room(live)
        return Response(headers=_STREAM_HEADERS, conversation=EventStream(live, request))
    raise UpgradeRequired(
        f"open a WebSocket here, or ask with Accept: {EVENT_STREAM}",
        headers={"Upgrade": "websocket"},
    )


def _check_room(live: Live) -> None:
    most = live.backend.settings.max_realtime
    if len(live.listeners) >= most:
        raise ServerBusy(f"{most} clients hear of changes already (setting max_realtime)")


_STREAM_HEADERS = {
    "Content-Type": EVENT_STREAM,
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",  # for proxies that would keep events back
}
