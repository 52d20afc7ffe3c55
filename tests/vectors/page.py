"""``docs/vectors.md``, out of the vectors themselves: ``python -m tests.vectors --page > docs/vectors.md``."""

from __future__ import annotations

from collections.abc import Iterator

from .registry import VECTORS, Effect, Outcome, Vector

_HEAD = """\
# Vectors · Bộ tệp thử

Files that verification must judge rightly, made by `python -m tests.vectors FOLDER` and not kept: each line is a
builder in `tests/vectors/`. This page is made from them: `python -m tests.vectors --page`. The keys are those of
`certs/test`, which nobody may trust.

A manipulated file must not pass, neither under `decree-30` nor under `as-docmdp` where it has no other mark. Outcomes:
*failed* TOTAL_FAILED; *refused* TOTAL_FAILED, INDETERMINATE or UNREADABLE; *unclear* INDETERMINATE; *not-signed*
NOT_SIGNED; *time-unproven* it passes, and the timestamp proves no time. ● some page looks different from what was
signed, ◐ another text is copied, ○ what is changed shows neither.
"""

FAMILIES = {
    "after": "Content changed after a signature",
    "structure": "Bytes, tables and revisions",
    "latent": "What lay ready in the signed file, and what a timestamp brings along",
    "signature": "Signature dictionaries and byte ranges",
    "form": "Form fields",
    "annotation": "Comments",
    "tagged": "The structure of tagged documents",
    "decree": "Number, date and seal",
    "cms": "Signature values, certificates, timestamps",
    "lawful_signing": "Lawful: signatures in a row",
    "lawful_products": "Lawful: what the products of second signers write besides",
    "lawful_habits": "Lawful: further habits of such products",
    "lawful_tagged": "Lawful: tagged documents, signed by software that tags",
    "lawful_changes": "Lawful: what may follow a signature",
    "lawful_decree": "Lawful: the life of an official document",
}
_MARKS = {Effect.SHOWN: "●", Effect.TEXT: "◐", Effect.INVISIBLE: "○"}


def vectors_page() -> str:
    """The page, Markdown: every vector with its outcome."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    again = sum(vector.family in ("between", "within") for vector in VECTORS.values())
    for family, title in FAMILIES.items():
        found = [vector for _, vector in sorted(VECTORS.items()) if vector.family == family]
        yield f"## {title} ({len(found)})\n"
        if family == "after":
            yield (
                "Each of these is also made between two signatures that both verify (`between-…`) and inside the\n"
                f"second signer's own revision (`within-…`): {again} files more, with the same outcomes.\n"
            )
        lawful = found[0].is_lawful
        yield (
            "| vector | passes under | not under | what it is |" if lawful else "| vector | outcome | | what was done |"
        )
        yield "|---|---|---|---|"
        yield from (_lawful(vector) if lawful else _manipulated(vector) for vector in found)
        yield ""


def _lawful(vector: Vector) -> str:
    stricter = ", ".join(policy.value for policy in vector.refused_under)
    return f"| `{vector.name}` | {vector.policy.value} | {stricter} | {_words(vector)} |"


def _manipulated(vector: Vector) -> str:
    outcome = Outcome(vector.outcome).value
    only = "" if len(vector.policies) == 2 and vector.policies[0].value == "decree-30" else " (decree-30)"
    return f"| `{vector.name}` | {outcome}{only} | {_MARKS[vector.effect]} | {_words(vector)} |"


def _words(vector: Vector) -> str:
    return " ".join(vector.about.split())


def counts_table() -> str:
    """The table in ``docs/verification.md``: how many files there are of what kind."""
    lines = ["| | files | must |", "|---|---|---|"]
    for title, families, must in (
        ("manipulated, one of each class", [name for name in FAMILIES if not name.startswith("lawful")], "not pass"),
        ("the same between, and within, two signatures", ["between", "within"], "not pass"),
        ("lawful", [name for name in FAMILIES if name.startswith("lawful")], "pass under the policy named"),
    ):
        found = sum(vector.family in families for vector in VECTORS.values())
        lines.append(f"| {title} | {found} | {must} |")
    return "\n".join(lines) + "\n"
