"""What the rest of an installation may want to record. Sent inside the transaction: whoever fails undoes it."""

from __future__ import annotations

from django.dispatch import Signal

version_published = Signal()
"""A version was published. Arguments: `version`, `user` (who was signed in; None at the command line), `now`."""

version_retired = Signal()
"""A version was retired. The same arguments."""

draft_reviewed = Signal()
"""A clinician signed a draft off. Arguments: `review`, `user`, `now`."""

publication_planned = Signal()
"""Somebody planned to publish a draft. Arguments: `planned`, `user`, `now`."""

publication_cancelled = Signal()
"""Somebody took back what was planned. The same arguments."""

publication_held_back = Signal()
"""What was planned was not published when it was due. Arguments: `planned`, `now`."""
