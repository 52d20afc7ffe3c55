"""Every content change after a signature, between two that both verify, and inside the second signer's own revision.

The public literature calls the first incremental saving attacks (Mladenov et al., 2019) and the content that was
prepared before signing shadow attacks (Mainka et al., 2021); what comes between two signatures that both verify is
the class that verifiers miss who look at the newest revision only.
"""

from __future__ import annotations

from dataclasses import replace

from . import document_edits, page_edits
from .bench import AGENCY, Bench
from .edits import EDITS, ContentEdit
from .pdf import Table, update
from .registry import Builder, Outcome, Vector, add_vector

_CONTENT = ("changes.", "structure.", "file.")
_UNCLEAR = ("page-repeated",)
"""Shapes of a page tree that are no longer judged."""
_TABLES = (Table.CLASSIC, Table.STREAM, Table.OBJECT_STREAM, Table.HYBRID)


def _after(change: ContentEdit, table: Table) -> Builder:
    return lambda bench: update(bench.one, change.apply, table=table)


def _between(change: ContentEdit, table: Table) -> Builder:
    return lambda bench: bench.sign(update(bench.one, change.apply, table=table), "seal", AGENCY)


def _within(change: ContentEdit, table: Table) -> Builder:
    def build(bench: Bench) -> bytes:
        return bench.sign(bench.one, "seal", replace(AGENCY, edits=(change.apply,), table=table))

    return build


_PLACES = (
    ("", "", _after),
    ("between-", "Between two signatures: ", _between),
    ("within-", "In the second signer's own revision: ", _within),
)


def _register() -> None:
    for index, change in enumerate(EDITS.values()):
        for shift, (prefix, about, place) in enumerate(_PLACES):
            vector = Vector(
                name=prefix + change.name,
                about=about + change.about,
                build=place(change, _TABLES[(index + shift) % len(_TABLES)]),
                outcome=Outcome.REFUSED if change.name in _UNCLEAR else Outcome.FAILED,
                rules=_CONTENT,
                effect=change.effect,
                family=(prefix or "after-").rstrip("-"),
            )
            add_vector(vector)


assert page_edits and document_edits  # they fill the table when they are imported
_register()
