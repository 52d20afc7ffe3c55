"""Adapters of :class:`edocs.ports.Engine`: ``serial`` (the reference semantics) and ``local`` (a process pool)."""
