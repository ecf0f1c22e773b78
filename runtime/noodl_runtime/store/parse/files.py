"""The files of a Parse Server: upload, download, delete."""

from urllib.parse import quote

from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.values import File


class ParseFiles:
    """Files by name; the server puts random letters in front of the name it is given."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def upload(self, name: str, content: bytes, content_type: str) -> File:
        """Store a file and return it with the name and URL the server gave it."""
        answer = self._endpoint.write(
            "POST", f"/files/{quote(name, safe='')}", content, {"Content-Type": content_type}
        )
        return File(answer["name"], answer["url"])

    def delete(self, name: str) -> None:
        """Remove a file; name is the one upload returned. raises: BadRequest (153) for another."""
        self._endpoint.write("DELETE", f"/files/{quote(name, safe='')}")
