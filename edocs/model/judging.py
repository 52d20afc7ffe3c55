"""Whether a document meets a condition: it does, it does not, or nobody can say yet, and why not.

Phép so một văn bản với điều kiện của chỉ số. A document that was not verified, or of which evidence is missing, may yet
be valid: it is neither counted nor counted out, and moves the upper bound of a share alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edocs.model.indicators import NONE, Condition
from edocs.model.profile import Buckets, Fact, Profile
from edocs.model.register import AgencyLevel
from edocs.model.standing import Indicator, Standing

__all__ = ["judge", "judge_files"]

_DECIDED = frozenset({Standing.VALID, Standing.INVALID, Standing.UNSIGNED})
_FOUND = frozenset({Fact.SIGNED, Fact.INTACT, Fact.TRUSTED, Fact.TIMESTAMPED, Fact.LONG_TERM})
"""Facts that a verification finds."""
_YES, _NO = Standing.VALID, Standing.INVALID
_OPPOSITE = {_YES: _NO, _NO: _YES}


def judge(condition: Condition, profile: Profile, level: str = "", type: str = "") -> Standing:
    """Whether a document meets ``condition``.

    Args:
        level: Of its agency; and ``type``, of the document: where the condition asks for them.

    Returns:
        ``valid``: it does; ``invalid``: it does not; ``indeterminate``, ``not_checked``: it may, why nobody knows.
    """
    return _all(_answers(condition, profile, level, type))


def judge_files(condition: Condition, files: Buckets) -> Buckets:
    """How many of the files that go with a document meet ``condition``, in the buckets of :func:`judge`."""
    every = files.valid + files.invalid + files.indeterminate + files.unsigned + files.not_checked
    if condition.file_attempted:
        # What is neither attempted, unsigned nor unverified has signatures whose role no rule decided.
        unknown = every - files.attempted - files.unsigned - files.not_checked
        no = files.unsigned
        return Buckets(valid=files.attempted, invalid=no, indeterminate=unknown, not_checked=files.not_checked)
    counts = dict.fromkeys((_YES, _NO, Standing.INDETERMINATE, Standing.NOT_CHECKED), 0)
    for standing in Standing:
        counts[_standing(condition.file, standing)] += files[standing]
    return Buckets(**{standing.value: count for standing, count in counts.items()})


def _answers(condition: Condition, profile: Profile, level: str, type: str) -> Iterator[Standing]:
    if condition.exclusion:
        yield _is((profile.exclusion.value if profile.exclusion else NONE) in condition.exclusion)
    if condition.sending:
        yield _is((profile.sending.value if profile.sending else NONE) in condition.sending)
    if condition.level:
        yield _is(AgencyLevel(level) in condition.level)
    if condition.type:
        yield _is(type in condition.type)
    for fact in condition.facts:
        yield _fact(fact, profile)
    for fact in condition.without:
        answer = _fact(fact, profile)
        yield _OPPOSITE.get(answer, answer)
    for indicator in Indicator:
        if wanted := condition.standing(indicator):
            yield _standing(wanted, profile.standing(indicator))
    for indicator in condition.attempted:
        yield _attempt(indicator, profile)


def _all(answers: Iterable[Standing]) -> Standing:
    found = set(answers)
    for worst in (_NO, Standing.NOT_CHECKED, Standing.INDETERMINATE):
        if worst in found:
            return worst
    return _YES


def _is(holds: bool) -> Standing:
    return _YES if holds else _NO


def _standing(wanted: frozenset[Standing], standing: Standing) -> Standing:
    """Who asks for an open bucket by its name gets what is in it; else an open one may still be decided as wanted."""
    if standing in wanted:
        return _YES
    return _NO if standing in _DECIDED or not wanted & _DECIDED else standing


def _fact(fact: Fact, profile: Profile) -> Standing:
    if fact in profile.facts:
        return _YES
    if fact not in _FOUND:
        return _NO
    # No standing is open but by an open signature, or one of unknown role, which may turn out to have what is asked.
    found = {profile.personal, profile.organisation}
    for reason in (Standing.NOT_CHECKED, Standing.INDETERMINATE):
        if reason in found:
            return reason
    return _NO


def _attempt(indicator: Indicator, profile: Profile) -> Standing:
    if indicator in profile.attempted:
        return _YES
    standing = profile.standing(indicator)
    if standing is Standing.NOT_CHECKED:
        return standing
    # Signed, and not in this role as far as is known: the role of a signature is open.
    return _NO if standing in (Standing.UNSIGNED, Standing.VALID) else Standing.INDETERMINATE
