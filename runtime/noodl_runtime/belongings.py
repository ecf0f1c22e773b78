"""What an app keeps beside its records: files, configuration, secrets, deployed workflows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from noodl_runtime.config_parameters import ConfigParameters
from noodl_runtime.files.store import FileStore

SHORTEST = 6  # characters; shorter ones stand in too many texts by chance


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """The parts, and what functions may do with them.

    secrets: name -> text, for functions alone; never logged, exported or answered
    """

    files: FileStore
    parameters: ConfigParameters
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def config(self) -> Mapping[str, Any]:
        """Return all configuration parameters, typed values."""
        return {name: parameter.value for name, parameter in self.parameters.read().items()}

    def delete_file(self, name: str) -> None:
        """Delete a stored file. raises: NoSuchFile."""
        self.files.delete(name)

    def secret(self, name: str) -> str | None:
        """Return a secret, None for an unknown one."""
        return self.secrets.get(name)

    def redacted(self, text: str) -> str:
        """Return a text for the log, with secrets made unreadable."""
        for secret in self.secrets.values():
            if len(secret) >= SHORTEST and secret in text:
                text = text.replace(secret, "***")
        return text
