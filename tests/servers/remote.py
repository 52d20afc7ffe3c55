"""Remote services that hold several keys of the test PKI, with its passphrase as every secret: for the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from servers.csc import CscServer
from servers.gateway import GatewayServer

from edocs.testing import Pki

REMOTE = ("csc-1", "csc-2", "gateway")
Address = Callable[[str, str], str]


@contextmanager
def serve_keys(pki: Pki, names: Sequence[str]) -> Iterator[dict[str, Address]]:
    """How to address each kind of service: ``addresses["csc-2"]("leader", "padding=pss")``."""
    with ExitStack() as running:
        servers: dict[str, dict[str, CscServer | GatewayServer]] = {kind: {} for kind in REMOTE}
        for name in names:
            for kind, version in (("csc-1", "1.0.4.0"), ("csc-2", "2.0.0.2")):
                service = CscServer(pki, name, version=version)
                service.PIN, service.tokens = pki.passphrase, {pki.passphrase}
                servers[kind][name] = service
            gateway = GatewayServer(pki, name)
            gateway.PASSWORD = pki.passphrase
            servers["gateway"][name] = gateway
        for kind in REMOTE:
            for server in servers[kind].values():
                running.enter_context(server)
        yield {kind: _address(servers[kind]) for kind in REMOTE}


def _address(servers: dict[str, CscServer | GatewayServer]) -> Address:
    return lambda name, options: f"{servers[name].uri}{'&' if options else ''}{options}"
