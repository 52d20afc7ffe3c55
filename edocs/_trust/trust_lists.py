"""Several trusted lists together: who may sign them, which of two counts, what a list of lists adds.

Các danh sách tin cậy. Pointers of a list of lists say who signs the list of a territory; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from edocs._trust.anchors import is_list_operator
from edocs._trust.pins import PinUse
from edocs._trust.trust_file import TrustFile
from edocs._trust.trust_list import ListOperators, TrustList, read_trust_list
from edocs.errors import TrustListError

__all__ = ["list_operators", "read_trust_lists"]


def list_operators(files: Iterable[TrustFile]) -> ListOperators:
    """Who may sign trusted lists: certificates that are for nothing else, and those that are pinned for it."""
    files = list(files)
    pins = frozenset(pin.sha256 for file in files for pin in file.pins if pin.use is PinUse.LIST_OPERATOR)
    given = tuple(item for file in files for item in file.certificates if is_list_operator(item))
    return ListOperators(certificates=given, pins=pins)


def read_trust_lists(files: Sequence[TrustFile], at: datetime) -> tuple[list[TrustList], list[TrustListError]]:
    """The trusted lists among ``files`` that hold, the newest of each territory, and why the others do not.

    A verified list of lists says who signs the list of a territory; so lists are tried again once it is known.
    """
    operators = list_operators(files)
    held: list[TrustList] = []
    waiting = [file for file in files if file.trusted_list]
    while True:
        faults: list[tuple[TrustFile, TrustListError]] = []
        before = len(held)
        for file in waiting:
            try:
                held.append(read_trust_list(file.path, file.trusted_list, operators, at))
            except TrustListError as fault:
                faults.append((file, fault))
        pointers = tuple(pointer for item in held if item.content.is_list_of_lists for pointer in item.content.pointers)
        if len(held) == before or pointers == operators.pointers:
            return _newest(held), [fault for _, fault in faults]
        operators = ListOperators(certificates=operators.certificates, pins=operators.pins, pointers=pointers)
        waiting = [file for file, _ in faults]


def _newest(lists: Iterable[TrustList]) -> list[TrustList]:
    """An older list of the same territory would undo what the newer one withdrew."""
    newest: dict[tuple[str, bool], TrustList] = {}
    for item in lists:
        key = (item.content.territory, item.content.is_list_of_lists)
        if key not in newest or item.content.sequence > newest[key].content.sequence:
            newest[key] = item
    return list(newest.values())
