"""Live views: who hears of which change, over WebSocket and over server-sent events.

hub, audience, telling, outbox, messages, frames, handshake are pure; live brings changes from the
store to the hub, client understands what a client says, websocket and event_stream are the two
ends. Nothing here is imported before the first client comes (`door`).
"""
