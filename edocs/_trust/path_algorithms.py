"""How pyhanko-certvalidator is to verify the signatures on certificates: with our schemes, by our list of algorithms.

Thuật toán trên đường dẫn chứng thực. One list and one verifier serve everything that is signed.
"""

from __future__ import annotations

from datetime import datetime

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    SignatureValidationContext,
    SignatureValidator,
)

from edocs._trust.algorithms import AlgorithmPolicy
from edocs._trust.ber import read_value
from edocs._trust.schemes import UnknownAlgorithmError, has_signed, load_key, read_scheme

__all__ = ["PathAlgorithms", "PathSignatures"]


class PathAlgorithms(AlgorithmUsagePolicy):
    """An algorithm policy as the validator asks for it: of what is proven to be older than ``proven``."""

    def __init__(self, policy: AlgorithmPolicy, proven: datetime | None) -> None:
        self._policy = policy
        self._proven = proven
        self.asked = policy.what_counts(proven)

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """Whether a digest counts."""
        return AlgorithmUsageConstraint(not self._policy.weak_digest(str(algo["algorithm"].native), self._proven))

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        """Whether a signature counts: its digest and the key that made it; one that is not known does not."""
        try:
            scheme = read_scheme(read_value(algo.dump()), "")
            is_weak = self._policy.weak_digest(scheme.digest, self._proven)
            if public_key is not None:
                is_weak |= self._policy.weak_key(load_key(public_key.dump()), self._proven)
        except (UnknownAlgorithmError, ValueError) as exc:
            return AlgorithmUsageConstraint(allowed=False, failure_reason=str(exc))
        return AlgorithmUsageConstraint(allowed=not is_weak)


class PathSignatures(SignatureValidator):
    """Verifies with the schemes that signatures on documents are verified with."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Go on only where the signature is the key's.

        Raises:
            InvalidSignature: It is not, or nobody here can tell.
        """
        try:
            scheme = read_scheme(read_value(signature_algorithm.dump()), context.contextual_md_algorithm or "")
            is_valid = has_signed(load_key(public_key_info.dump()), scheme, signature, signed_data)
        except (UnknownAlgorithmError, ValueError) as exc:
            raise InvalidSignature from exc
        if not is_valid:
            raise InvalidSignature
