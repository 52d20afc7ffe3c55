"""Adapters: where private keys live. Each turns one URI scheme into a ``Signer``."""
