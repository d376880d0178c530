"""Where a process that shares a replay begins: Django has to be set up before anything of it is imported."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from multiprocessing.connection import Connection


def main(asked: Connection, names: Mapping[str, str], run_id: str) -> None:
    """Answer what comes through the pipe, from the databases of these names, by alias."""
    import django

    # A service manager tells all processes of the worker to stop. This one stops when the worker closes the pipe.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    from intake import replaying

    replaying.answer(asked, names, run_id)
