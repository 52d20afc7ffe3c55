"""What later revisions did to a signed document, and whether that was lawful (ISO 32000-2, 12.8.2.2 and 12.8.2.4).

Thay đổi sau khi ký. What each revision did is found in ``review.py``; here it is held against what the signature itself
permits and against the policy of the caller. Fail closed: what cannot be judged does not pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from edocs._pades.allowance import Allowance, read_allowance
from edocs._pades.differences import RANK, Difference
from edocs._pades.reserved import judge_reserved
from edocs._pades.review import Review, Step
from edocs._pades.widgets import kids, named
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._pdf.states import State, items
from edocs.model import DATE_FIELD, NUMBER_FIELD, SEAL_FIELD, Changes, Coverage, Reason, VerificationPolicy
from edocs.model.rules import reason

__all__ = ["ChangeVerdict", "judge_changes"]

_RESERVED = (NUMBER_FIELD, DATE_FIELD)
_DEPTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeVerdict:
    """What happened after a signature."""

    changes: Changes
    covers: Coverage
    filled: tuple[str, ...] = ()
    """Fields that hold another value since; signatures are not among them."""
    differences: tuple[Difference, ...] = ()
    """Everything that was found, in the order of the revisions."""
    signed_revision: int | None = None
    """The last revision that the signature covers, the oldest being 0."""
    reasons: tuple[Reason, ...] = ()
    notices: tuple[Reason, ...] = ()


def judge_changes(review: Review, name: str, end: int, policy: VerificationPolicy) -> ChangeVerdict:
    """Judge everything after a signature.

    Args:
        name: Of its field.
        end: Where its signed range ends.
    """
    if end == len(review.history.data):
        return ChangeVerdict(changes=Changes.NONE, covers=Coverage.WHOLE_FILE, signed_revision=review.history.last)
    try:
        revision = review.history.covered_revision(end)
        if revision is None:
            return _refused(reason("structure.coverage"))
        allowance = _allowance(review.history.state(revision), name)
        if allowance is None:
            return _refused(reason("changes.content", what="a signature was changed"))
        return _judge(review, revision, allowance, policy)
    except PARSER_FAULTS as exc:
        return _refused(reason("changes.unjudged", why=describe(exc)))


def _refused(why: Reason) -> ChangeVerdict:
    return ChangeVerdict(changes=Changes.CONTENT, covers=Coverage.REVISION, reasons=(why,))


def _judge(review: Review, revision: int, allowance: Allowance, policy: VerificationPolicy) -> ChangeVerdict:
    steps = review.steps_after(revision)
    differences = tuple(difference for step in steps for difference in step.differences)
    filled = sorted({name for step in steps for name in step.form.filled})
    reasons = list(_faults(steps, differences, review.signatures))
    changes = Changes.CONTENT if reasons else max((d.kind for d in differences), key=RANK.index, default=Changes.NONE)
    notices: list[Reason] = []
    if not reasons:
        reasons += _unpermitted(steps, changes, allowance, policy)
    if not reasons:
        reasons += _against_policy(review, revision, (steps, changes, filled), policy)
        reasons += () if reasons else _unclear(steps, policy)
        if not reasons and policy.changes.reserved and filled and not _is_sealed(review):
            notices.append(reason("changes.not_issued"))
    return ChangeVerdict(
        changes=changes,
        covers=Coverage.REVISION,
        filled=tuple(filled),
        differences=differences,
        signed_revision=revision,
        reasons=tuple(reasons),
        notices=tuple(notices),
    )


def _unclear(steps: Sequence[Step], policy: VerificationPolicy) -> Iterator[Reason]:
    """What is permitted, if only it is what it seems; the reserved fields have been held to more already."""
    judged = _RESERVED if policy.changes.reserved else ()
    found = [why for step in steps for name, why in step.form.unclear.items() if name not in judged]
    if found:
        yield reason("changes.unjudged", why=found[0])


def _faults(steps: Sequence[Step], differences: Sequence[Difference], judged: frozenset[str]) -> Iterator[Reason]:
    """What no signature and no policy permits."""
    grave = [difference for difference in differences if difference.kind is Changes.CONTENT]
    counts = [count for step in steps for count in step.page_counts if not step.fault]
    drawn = [difference.page for difference in grave if difference.is_drawn and difference.page is not None]
    unclear = [step.fault for step in steps if step.fault]
    signed = {name for step in steps for name in step.form.signed}
    shown = {name for step in steps for name in step.form.added_shown}
    if counts and len(set(counts)) > 1:
        other = next(count for count in reversed(counts) if count != counts[0])
        yield reason("changes.pages", before=counts[0], after=other)
    elif drawn:
        yield reason("changes.page", page=min(drawn))
    elif grave:
        yield reason("changes.content", what=grave[0].what)
    elif unclear:
        yield reason("changes.unjudged", why=unclear[0])
    elif signed - judged:  # such a field may show anything, and nobody would be asked who signed it
        yield reason("changes.content", what="a field looks signed and is not")
    elif shown - signed:
        yield reason("changes.content", what="a visible field was added and is not signed")


def _unpermitted(
    steps: Sequence[Step], changes: Changes, allowance: Allowance, policy: VerificationPolicy
) -> Iterator[Reason]:
    """What this signature does not permit."""
    shown = {name for step in steps for name in step.form.added_shown}
    touched = shown.union(*(step.form.filled | step.form.signed for step in steps))
    # A field that the certification did not reserve could show anything anywhere until somebody answers for it.
    unasked = shown if not policy.changes.added_fields else {name for step in steps for name in _unanswered(step)}
    if not allowance.permits(changes) or (allowance.is_certification and unasked) or allowance.locked(touched):
        yield reason("changes.not_permitted", changes=changes.value)


def _unanswered(step: Step) -> set[str]:
    """The visible fields that one revision added and did not sign."""
    return step.form.added_shown - step.form.signed


def _against_policy(
    review: Review, revision: int, found: tuple[Sequence[Step], Changes, list[str]], policy: VerificationPolicy
) -> Iterator[Reason]:
    steps, changes, filled = found
    rules = policy.changes
    is_signed = any(step.form.signed for step in steps)
    if (changes is Changes.ANNOTATION and not rules.annotations) or (is_signed and not rules.signatures):
        yield reason("changes.not_permitted", changes=changes.value)
    others = [] if rules.fields is None else [name for name in filled if name not in rules.fields]
    if others:
        yield reason("changes.policy", policy=policy.name, fields=", ".join(others))
    elif rules.reserved:
        yield from judge_reserved(review.history.reader, revision, [name for name in filled if name in _RESERVED])


def _is_sealed(review: Review) -> bool:
    last = review.history.state(review.history.last)
    found = _find(last, SEAL_FIELD)
    return found is not None and last.get(found, "/V") is not None


def _allowance(state: State, name: str) -> Allowance | None:
    """What the signature in the field ``name`` permits; None where the signed document has no such signature."""
    field = _find(state, name)
    value = state.get(field, "/V") if field is not None else None
    if field is None or not isinstance(value, generic.DictionaryObject):
        return None
    return read_allowance(state, field, value)


def _find(state: State, name: str) -> generic.DictionaryObject | None:
    catalog = state.get(state.trailer, "/Root")
    form = state.get(catalog, "/AcroForm") if isinstance(catalog, generic.DictionaryObject) else None
    fields = state.get(form, "/Fields") if isinstance(form, generic.DictionaryObject) else None
    waiting = [(item, "", 0) for item in items(fields)] if isinstance(fields, generic.ArrayObject) else []
    while waiting:
        item, prefix, depth = waiting.pop()
        field = state.resolve(item)
        if not isinstance(field, generic.DictionaryObject) or depth > _DEPTH:
            continue
        own = named(state, field, prefix)
        if own == name and "/V" in field:
            return field
        if name == own or name.startswith(own + "."):
            waiting += [(kid, own, depth + 1) for kid in kids(state, field)]
    return None
