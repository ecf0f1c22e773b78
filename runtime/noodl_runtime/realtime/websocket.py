"""The WebSocket end: frames in and out, pings, and a close code for everything that goes wrong."""

from time import monotonic

from noodl_runtime.errors import BadFrame
from noodl_runtime.realtime import frames
from noodl_runtime.realtime.end import End
from noodl_runtime.realtime.frames import Decoder, Received
from noodl_runtime.realtime.messages import Message
from noodl_runtime.realtime.pace import Allowance, Pulse


class WebSocket(End):
    """A client that speaks WebSocket."""

    @staticmethod
    def form(message: Message) -> bytes:
        """Return the frame of a message."""
        return frames.frame("text", message.text)

    @staticmethod
    def last(code: int, reason: str) -> bytes:
        """Return the close frame."""
        return frames.close_frame(code, reason)

    def _read(self, received: bytes) -> None:
        settings, now = self._settings, monotonic()
        decoder = Decoder(settings.max_realtime_message)
        self._allowance = Allowance(settings.realtime_rate, now)
        pulse = Pulse(now, ping_s=settings.realtime_ping, silence_s=settings.realtime_silence)
        self._take(decoder, received, pulse)
        while not self.outbox.ended:
            data = self._receive(pulse.wait_s(monotonic()))
            if data == b"":
                return
            self._take(decoder, data or b"", pulse)

    def _take(self, decoder: Decoder, data: bytes, pulse: Pulse) -> None:
        try:
            for received in decoder.feed(data):
                pulse.heard(monotonic())
                self._hear(received)
                if self.outbox.ended:
                    return
        except BadFrame as error:
            self.outbox.end(error.close_code, str(error))  # what was asked before is answered
            return
        now = monotonic()
        pulse.unfinished(now, begun=decoder.unfinished)
        if pulse.is_over(now):
            self.outbox.end(frames.REFUSED, "nothing whole came for too long", now=True)
        elif pulse.asks(now):
            self._live.renew(self.listener)
            self.outbox.put_piece(frames.frame("ping", b""))

    def _hear(self, received: Received) -> None:
        if not self._allowance.take(monotonic()):
            most = self._settings.realtime_rate
            reason = f"over {most} messages in ten seconds (setting realtime_rate)"
            self.outbox.end(frames.REFUSED, reason, now=True)
        elif received.kind == "text":
            self.take_text(received.data)
        elif received.kind == "binary":
            self.take_binary(received.data)
        elif received.kind == "ping":
            self.outbox.put_piece(frames.frame("pong", received.data))
        elif received.kind == "close":
            code, _ = frames.read_close(received.data)
            self.outbox.end(code, "", now=True)

    def take_text(self, data: bytes) -> None:
        """Take a text message."""
        self.client.hear(data)

    def take_binary(self, _data: bytes) -> None:
        """Refuse what is no text."""
        self.outbox.end(frames.UNSUPPORTED, "messages are JSON texts", now=True)
