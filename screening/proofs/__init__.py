"""What is proved about a questionnaire before it is published, with z3 (docs/proofs.md).

The solver looks at every complete set of answers at once: who is asked what, which rules can be true, and whether what
must be established can slip through. "Impossible" is a proof. "Possible" counts only with a witness: answers that the
engine itself confirms. Anything else is "not proved", never passed over.

Importing this package loads z3, which takes a while: import it where it is used.
"""

from __future__ import annotations

from .catalogue import CATALOGUE
from .proof import DAY, prove
from .report import Finding, Report

__all__ = ["CATALOGUE", "DAY", "Finding", "Report", "prove"]
