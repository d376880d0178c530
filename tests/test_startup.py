"""What a start does not load: heavy libraries wait until something needs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "weasyprint",
    "z3",
    "numpy",
    "qrcode",
    "PIL",
    "screening.exchange.fhir",
    "screening.proofs",
    "screening.replay",
)
PROGRAM = f"""
import sys, django
django.setup()
import intake.urls
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""


def test_it_loads_no_heavy_library_to_know_its_addresses(tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "intake.settings", "DATA_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True, text=True, check=True, env=environment, cwd=Path(__file__).parents[1],
    )  # fmt: skip

    assert done.stdout.split() == []
