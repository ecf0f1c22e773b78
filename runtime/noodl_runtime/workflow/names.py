"""Lists of names as the editor stores them: "name,price"."""

from noodl_runtime.workflow.js.values import Value


def listed(names: Value) -> list[str]:
    """Return the names in a stringlist, [] for none."""
    return [name for name in names.split(",") if name] if isinstance(names, str) else []
