"""What an app has beside its records: files, configuration, secrets, a way to send mail."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any
from urllib.parse import quote

from noodl_runtime.config_parameters import ConfigParameters
from noodl_runtime.dataclass import dataclass
from noodl_runtime.files.store import FileStore

SHORTEST = 6  # characters; shorter ones stand in too many texts by chance


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """The parts, and what functions may do with them.

    app_id:  stands in the addresses of files
    mail:    sends one, see `access/function_mail.py`
    secrets: name -> text, for functions alone; never logged, exported or answered
    """

    files: FileStore
    parameters: ConfigParameters
    app_id: str
    mail: Callable[..., None]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def config(self) -> Mapping[str, Any]:
        """Return all configuration parameters, typed values."""
        return {name: parameter.value for name, parameter in self.parameters.read().items()}

    def delete_file(self, name: str) -> None:
        """Delete a stored file. raises: NoSuchFile."""
        self.files.delete(name)

    def file_url(self, base_url: str, name: str) -> str:
        """Return where a stored file can be had; to a private one the link holds for a time."""
        return f"{base_url}/files/{quote(self.app_id, safe='')}/{self.files.link(name)}"

    def signed_file(self, base_url: str, name: str) -> tuple[str, float | None]:
        """Return the address of a stored file and when it ends. raises: NoSuchFile.

        returns: ("https://.../files/shop/pb57..._a.png?expires=...", seconds since 1970); None
                 where the file is everybody's and its address never ends
        """
        self.files.find(name)
        ends = self.files.link_end(name)
        return self.file_url(base_url, name), ends

    def send_mail(self, *, to: str, template: str, subject: str, text: str, html: str) -> None:
        """Send a mail; returns when the server has taken it. raises: MailRefused, InvalidValue."""
        self.mail(to=to, template=template, subject=subject, text=text, html=html)

    def secret(self, name: str) -> str | None:
        """Return a secret, None for an unknown one."""
        return self.secrets.get(name)

    def redacted(self, text: str) -> str:
        """Return a text for the log, with secrets made unreadable."""
        for secret in self.secrets.values():
            if len(secret) >= SHORTEST and secret in text:
                text = text.replace(secret, "***")
        return text
