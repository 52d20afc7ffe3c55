"""Where a rule comes from, in the reader's language: titles of acts, articles and annexes (viện dẫn văn bản)."""

from __future__ import annotations

import re

from edocs.locale import DEFAULT_LANGUAGE, translate

__all__ = ["ACTS", "clause_text"]

ACTS = ("Decree", "Decision", "Circular", "Law", "Resolution", "annex")
"""Words of a clause that have a translation."""
_NUMBER = r"[0-9]+(?:\.[0-9]+(?:\.[a-zđ])?)?"
_ARTICLES = re.compile(rf"\barticles? ({_NUMBER}(?:(?:, | and | to ){_NUMBER})*)")
_ACT = re.compile(rf"\b(?:{'|'.join(ACTS)})\b")


def clause_text(clause: str, lang: str) -> str:
    """``clause`` in ``lang``; what is no Vietnamese act stays as it is.

    >>> clause_text("Decree 30/2020/NĐ-CP, articles 5.1 and 14", "vi")
    'Nghị định 30/2020/NĐ-CP, khoản 1 Điều 5, Điều 14'
    >>> clause_text("ISO 32000-2, 12.8.1", "vi")
    'ISO 32000-2, 12.8.1'
    """
    if lang == DEFAULT_LANGUAGE:
        return clause
    text = _ARTICLES.sub(lambda found: _articles(found[1], lang), clause)
    return _ACT.sub(lambda found: translate(found[0], lang), text)


def _articles(numbers: str, lang: str) -> str:
    named = re.sub(_NUMBER, lambda found: _article(found[0], lang), numbers)
    return named.replace(" and ", ", ").replace(" to ", " – ")


def _article(number: str, lang: str) -> str:
    article, _, rest = number.partition(".")
    clause, _, point = rest.partition(".")
    if point:
        return translate("article {article}.{clause}.{point}", lang, article=article, clause=clause, point=point)
    if clause:
        return translate("article {article}.{clause}", lang, article=article, clause=clause)
    return translate("article {article}", lang, article=article)
