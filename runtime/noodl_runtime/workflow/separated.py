"""CSV texts: rows of cells, quoted where they hold a separator, a quote or a line break."""

import csv
import io
from collections.abc import Sequence


def rows_of(text: str, delimiter: str = ",") -> list[list[str]]:
    """Return the rows of a text without the empty ones. raises: ValueError."""
    try:
        reader = csv.reader(
            io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter
        )
        return [row for row in reader if row]
    except (csv.Error, TypeError) as error:
        raise ValueError(f"the text is no CSV: {error}") from error


def records_of(rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Return the rows after the first as records named by it: [["a"], ["1"]] -> [{"a": "1"}]."""
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]] if rows else []


def text_of(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Return rows as a text, lines ended by a line feed. raises: ValueError."""
    written = io.StringIO(newline="")
    try:
        csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(rows)
    except (csv.Error, TypeError) as error:
        raise ValueError(f"cannot be written as CSV: {error}") from error
    return written.getvalue().removesuffix("\n")
