"""Texts in Vietnamese and English: gettext catalogues whose keys are the English templates.

Ngôn ngữ hiển thị. One catalogue (``*.po``, compiled to ``*.mo``) for each part of edocs, chained into one; a text
that no catalogue knows is shown in English.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "language_of", "translate"]

LANGUAGES = ("en", "vi")
DEFAULT_LANGUAGE = "en"


def translate(template: str, lang: str = DEFAULT_LANGUAGE, /, **params: object) -> str:
    """``template`` in ``lang``, its ``{names}`` filled in.

    >>> translate("file not found: {path}", "en", path="a.pdf")
    'file not found: a.pdf'
    """
    text = template if lang == DEFAULT_LANGUAGE or not template else _catalogue(lang).gettext(template)
    return text.format(**params) if params else text


def language_of(environment: Mapping[str, str]) -> str:
    """The language that ``EDOCS_LANG`` or the locale asks for: "vi" where it says so, else "en".

    >>> language_of({"LANG": "vi_VN.UTF-8"})
    'vi'
    """
    for name in ("EDOCS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "vi" if value.lower().startswith("vi") else DEFAULT_LANGUAGE
    return DEFAULT_LANGUAGE


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    chain: gettext.NullTranslations = gettext.NullTranslations()
    for path in sorted((Path(__file__).parent / lang / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as stream:
            part = gettext.GNUTranslations(stream)
        part.add_fallback(chain)
        chain = part
    return chain
