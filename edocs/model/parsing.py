"""Why a file in JSON or TOML cannot be read, in words of our own: those of the parsers are English alone."""

from __future__ import annotations

import json
import re

from edocs.errors import UnreadableError

__all__ = ["parse_fault"]

_PLACE = re.compile(r"\(at line (?P<line>[0-9]+), column (?P<column>[0-9]+)\)")


def parse_fault(error: Exception) -> Exception:
    """The place in the file where ``error`` of a parser arose, as the ``why`` of another error; else ``error`` itself.

    >>> try: json.loads("{")
    ... except ValueError as error: str(parse_fault(error))
    'not understood at line 1, column 2'
    """
    if isinstance(error, json.JSONDecodeError):
        line, column = error.lineno, error.colno
    elif found := _PLACE.search(str(error)):  # tomllib says it in words alone
        line, column = int(found["line"]), int(found["column"])
    elif "(at end of document)" in str(error):
        return UnreadableError("it ends too early")
    else:
        return error
    return UnreadableError("not understood at line {line}, column {column}", line=line, column=column)
