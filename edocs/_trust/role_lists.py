"""``--roles FILE``: what is known of certificates and agencies, as a TOML file.

Danh sách vai trò: pinned certificates, policy OIDs and the agency directory, each strengthening a rule of
``_pades/roles.py``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from edocs._files import read_file
from edocs.errors import UsageError
from edocs.model import Role, TrustStore
from edocs.model.parsing import parse_fault

__all__ = ["load_roles"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_OID = re.compile(r"[0-2](?:\.\d+)+")
_KEYS = ("agencies", "pins", "policy_oids")


def load_roles(path: Path, trust: TrustStore, normalise: Callable[[str], str]) -> TrustStore:
    """``trust`` with the lists in ``path``.

    Args:
        normalise: How names of agencies are compared.

    Raises:
        UsageError: The file is no TOML, has an unknown key, or a value of the wrong form.
        UnreadableError: The file cannot be read.
    """
    try:
        lists = tomllib.loads(read_file(path).decode("utf-8-sig"))
    except ValueError as exc:
        raise UsageError("not a TOML file: {path}: {why}", path=path, why=parse_fault(exc)) from exc
    if unknown := [key for key in lists if key not in _KEYS]:
        known = ", ".join(_KEYS)
        raise UsageError("unknown key in {path}: {key}", hint="one of {known}", path=path, key=unknown[0], known=known)
    agencies = lists.get("agencies", [])
    if not isinstance(agencies, list) or not all(isinstance(name, str) for name in agencies):
        raise UsageError("agencies in {path} must be a list of names", path=path)
    return replace(
        trust,
        agencies=trust.agencies | {normalise(name) for name in agencies},
        pins={**trust.pins, **_roles(path, lists.get("pins", {}), _SHA256)},
        policy_oids={**trust.policy_oids, **_roles(path, lists.get("policy_oids", {}), _OID)},
    )


def _roles(path: Path, table: object, form: re.Pattern[str]) -> Mapping[str, Role]:
    roles = {}
    for key, value in table.items() if isinstance(table, dict) else [("?", table)]:
        if not form.fullmatch(key.lower()) or value not in (Role.PERSONAL, Role.ORGANISATION):
            raise UsageError(
                "wrong entry in {path}: {key} = {value}",
                hint="a SHA-256 or an OID on the left, personal or organisation on the right",
                path=path,
                key=key,
                value=value,
            )
        roles[key.lower()] = Role(str(value))
    return roles
