"""noodl-portable.yaml: how a backend is built, kept beside it. The command line wins over it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noodl_runtime.errors import BadFile
from noodl_runtime.formats import check

NAME = "noodl-portable.yaml"


def read_build_file(folder: Path) -> Mapping[str, Any]:
    """Return what noodl-portable.yaml of a backend folder says, {} without one. raises: BadFile.

    returns: {"name": "Todo", "version": "1.0", "include-data": true, "app": "site"}
    """
    file = folder / NAME
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{NAME}: cannot be read as UTF-8 text: {error}") from error
    return check(_parse(text), NAME, "build_options") or {}


def _parse(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark
        place = f" at line {where.line + 1}, column {where.column + 1}" if where else ""
        raise BadFile(f"{NAME}: not YAML: {error.problem}{place}") from error
    except yaml.YAMLError as error:
        raise BadFile(f"{NAME}: not YAML: {' '.join(str(error).split())}") from error
