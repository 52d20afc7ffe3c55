"""How a report says things: names, definitions, numbers, dates; Vietnamese or English.

Vietnamese numbers have a decimal comma and a dot between thousands, dates are dd/mm/yyyy. The texts are English
templates; ``registry.po`` has them in Vietnamese.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from edocs.locale import translate
from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    Exclusion,
    Facet,
    Indicator,
    Share,
    Standing,
    type_name,
)
from edocs.model.periods import Span

from .figures import Report, Row, RowKind, Section

__all__ = [
    "DEFINITIONS",
    "EXCLUSIONS",
    "FACETS",
    "INDICATORS",
    "LEVELS",
    "STANDINGS",
    "TABLE_TERMS",
    "date_text",
    "days_text",
    "group_label",
    "group_labels",
    "month_text",
    "number_text",
    "percent_text",
    "period_text",
    "quarter_text",
    "row_label",
    "section_title",
    "time_text",
]

LEVELS = {
    AgencyLevel.PROVINCE: "Province",
    AgencyLevel.DISTRICT: "District",
    AgencyLevel.COMMUNE: "Commune",
}

FACETS: Mapping[Facet | Span, str] = {
    Facet.AGENCY: "Agency",
    Facet.LEVEL: "Level",
    Facet.MONTH: "Month of issue",
    Span.QUARTER: "Quarter",
    Span.YEAR: "Year",
    Facet.TYPE: "Document type",
}

INDICATORS = {
    Indicator.PERSONAL: "Signed by the person",
    Indicator.ORGANISATION: "Signed by the agency",
    Indicator.BOTH: "Both, in order",
}

STANDINGS = {
    Standing.VALID: "valid",
    Standing.INVALID: "not valid",
    Standing.INDETERMINATE: "not enough evidence",
    Standing.UNSIGNED: "not signed",
    Standing.NOT_CHECKED: "not verified",
}

EXCLUSIONS = {
    Exclusion.CONFIDENTIAL: "State secret: confidential",
    Exclusion.SECRET: "State secret: secret",
    Exclusion.TOP_SECRET: "State secret: top secret",
    Exclusion.PERSONNEL: "Personnel files",
    Exclusion.PAPER_ONLY: "On the list of documents sent on paper",
    Exclusion.OTHER: "Other",
}

DEFINITIONS: Mapping[str, tuple[str, str]] = {
    "base": (
        "Denominator",
        "Documents issued in the period (date of issue, Vietnamese time), each counted once whatever its copies and "
        "recipients, less state secrets (Decision 28/2018/QĐ-TTg, article 1.2) and the other exclusions, which are "
        "itemised. What was recalled or replaced since was issued, and stays in.",
    ),
    "personal": (
        "I2 · Signed by the person",
        "Documents whose main file bears a signature of a person in authority that verification found valid "
        "(TOTAL_PASSED: unchanged, chain trusted, not revoked), over the denominator.",
    ),
    "organisation": (
        "I1 · Signed by the agency",
        "Documents whose main file bears a valid signature of the agency, over the denominator.",
    ),
    "both": (
        "I3 · Both, in order",
        "Documents with a valid signature of the person and, after it, a valid one of the agency. Only these have the "
        "value of an original (Decree 30/2020/NĐ-CP, articles 5.1 and 14).",
    ),
    "attempted": (
        "Attempted",
        "The same share, counting every signature in the role, whatever its verdict and order: what one finds who "
        "looks for signatures without verifying them.",
    ),
    "buckets": (
        "Buckets",
        "For each indicator a document stands in exactly one: valid; not valid; not enough evidence (of trust, time or "
        "role); not signed in that role; not verified. The latest verification recorded up to the cut-off counts.",
    ),
    "bounds": (
        "Bounds",
        "The share if no document that lacks evidence or verification were valid, and if all of them were.",
    ),
    "rounding": (
        "Percentages",
        "Made from the two counts shown, half up to two decimals; subtotals and totals from sums of counts, never from "
        "percentages. No documents is n/a, neither 0 % nor 100 %.",
    ),
}

TABLE_TERMS = (
    "To be signed: issued in the period, each document counted once, less state secrets and the other exclusions; what "
    "was recalled or replaced since stays in.",
    "Signed by the person (I2), signed by the agency (I1): with a valid signature of theirs (unchanged, trusted, "
    "certificate not revoked), of those to be signed.",
    "Both, in order (I3): a valid one of the person and, after it, one of the agency; the columns after it are the "
    "rest of those to be signed.",
)
"""What the columns of a table mean, in a line each: :data:`DEFINITIONS` for a terminal."""


def number_text(number: int, lang: str) -> str:
    """A count with its thousands marked.

    >>> number_text(1044, "vi"), number_text(1044, "en")
    ('1.044', '1,044')
    """
    text = f"{number:,}"
    return text.replace(",", ".") if lang == "vi" else text


def percent_text(share: Share | Decimal, lang: str) -> str:
    """A percentage, or that there are no documents.

    >>> percent_text(Share(1, 8), "vi"), percent_text(Share(0, 0), "en")
    ('12,50 %', 'n/a')
    """
    percent = share.percent if isinstance(share, Share) else share
    if percent is None:
        return translate("n/a", lang)
    return (str(percent).replace(".", ",") if lang == "vi" else str(percent)) + "\u00a0%"


def date_text(day: date, lang: str) -> str:
    """A date: dd/mm/yyyy in Vietnamese, ISO 8601 in English.

    >>> date_text(date(2026, 3, 5), "vi"), date_text(date(2026, 3, 5), "en")
    ('05/03/2026', '2026-03-05')
    """
    return f"{day:%d/%m/%Y}" if lang == "vi" else day.isoformat()


def month_text(month: str, lang: str) -> str:
    """A month ``YYYY-MM`` for people.

    >>> month_text("2026-03", "vi")
    '03/2026'
    """
    return f"{month[5:]}/{month[:4]}" if lang == "vi" else month


def time_text(at: datetime | None, lang: str) -> str:
    """A moment in Vietnamese time, to the second."""
    if at is None:
        return translate("n/a", lang)
    local = at.astimezone(HANOI)
    return f"{date_text(local.date(), lang)} {local:%H:%M:%S} (+07:00)"


def quarter_text(quarter: str, lang: str) -> str:
    """A quarter ``YYYY-Qn`` for people.

    >>> quarter_text("2026-Q3", "vi"), quarter_text("2026-Q3", "en")
    ('Quý 3/2026', '2026-Q3')
    """
    return f"Quý {quarter[6:]}/{quarter[:4]}" if lang == "vi" else quarter


def days_text(first: date, last: date, lang: str) -> str:
    """From one day to another, both included."""
    return translate("{first} to {last}", lang, first=date_text(first, lang), last=date_text(last, lang))


def period_text(report: Report, lang: str) -> str:
    """The period of issue that the report covers."""
    first, last = report.issued_from, report.issued_to
    if first and last:
        return days_text(first, last, lang)
    if first:
        return translate("from {first}", lang, first=date_text(first, lang))
    if last:
        return translate("up to {last}", lang, last=date_text(last, lang))
    return translate("everything in the register", lang)


def group_label(facet: Facet | Span, value: str, agencies: Mapping[str, Agency], lang: str) -> str:
    """A group's value for people: the agency's name, the level's, the type's, the month."""
    if facet is Facet.AGENCY:
        return agencies[value].name if value in agencies else value
    if facet is Facet.LEVEL:
        return translate(LEVELS[AgencyLevel(value)], lang)
    if facet is Span.QUARTER:
        return quarter_text(value, lang)
    if facet is Span.YEAR:
        return value
    return month_text(value, lang) if facet is Facet.MONTH else type_name(value, lang)


def section_title(section: Section, lang: str) -> str:
    """By what the rows of a section are."""
    if section.tree_on:
        return translate("Agency with all below it", lang)
    return " · ".join(translate(FACETS[item], lang) for item in section.by)


def group_labels(row: Row, section: Section, report: Report, lang: str) -> tuple[str, ...]:
    """Each of a row's values for people; in a tree by the tree's names, and saying what is a body's own."""
    values = zip(section.by, row.group, strict=False)
    labels = tuple(group_label(facet, value, report.agencies, lang) for facet, value in values)
    if section.tree_on is None or row.kind is RowKind.TOTAL:
        return labels
    name = row.name or labels[0]
    if row.is_own:
        return (translate("{name} (its own)", lang, name=name),)
    return (name if row.depth is not None else translate("{name} (not in the tree)", lang, name=name),)


def row_label(row: Row, section: Section, report: Report, lang: str) -> str:
    """What a row is called; groups inside a subtotal by their last facets, a quarter in part by how much of it."""
    labels = list(group_labels(row, section, report, lang))
    for place, facet in enumerate(section.by[: len(row.group)]):
        covered, months = report.covered(row.group[place]) if isinstance(facet, Span) else (0, 0)
        if covered != months:
            labels[place] += " " + translate("({covered} of {months} months)", lang, covered=covered, months=months)
    if row.kind is RowKind.TOTAL:
        return translate("Total", lang)
    if row.kind is RowKind.SUBTOTAL:
        return translate("Subtotal: {group}", lang, group=labels[0])
    return " · ".join(labels[1:] or labels)
