"""The document's life in one place: what needs two doors at once.

Vòng đời văn bản (Decree 30/2020/NĐ-CP): approve, issue, register, pack, send; receive, verify, register, acknowledge.
The doors do not import each other; what joins them stands here.
"""

from __future__ import annotations

__all__: list[str] = []
