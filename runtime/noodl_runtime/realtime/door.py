"""The way in: loads the live side of a backend when the first client comes, never at the start."""

from typing import TYPE_CHECKING

from noodl_runtime.http.route import Request, Response

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend
    from noodl_runtime.realtime.live import Live


class Door:
    """The live side of a backend. live: None until somebody has come."""

    def __init__(self, backend: "Backend") -> None:
        self.live: Live | None = None
        self._backend = backend

    def open(self, request: Request) -> Response:
        """Return the response that opens a stream. raises: UpgradeRequired, ServerBusy, ..."""
        from noodl_runtime.realtime.opening import open_stream

        if self.live is None:
            from noodl_runtime.realtime.live import Live

            self.live = Live(self._backend)
        return open_stream(self.live, request)

    def close(self) -> None:
        """Hear no more of the store."""
        if self.live is not None:
            self.live.close()
            self.live = None
