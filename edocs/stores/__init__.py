"""Adapters of the port ``Store``: a register in a SQLite file."""
