"""Nothing a patient can do gives an error of the server or loses a typed answer.

Bounded here; `make trust` asks for at least 10,000 steps.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.intake.patient.conftest import open_clinic, publish
from tests.intake.patient.definitions import EVERY_TYPE
from tests.trust.amounts import IS_LONG, amount
from tests.trust.machine import PatientMachine

STEPS = amount(quick=150, long=5_000)
"""On each database: ten thousand in the whole of `make trust`, ten minutes of its time."""
AT_A_TIME = 30


@pytest.mark.check("C09", required="nothing acknowledged is missing")
@pytest.mark.check("C12", required="no answer of 500 or more")
@pytest.mark.django_db(transaction=True)
def test_nothing_typed_is_lost_whatever_the_order(live_server, figure):
    open_clinic(publish(EVERY_TYPE))
    PatientMachine.origin, PatientMachine.steps = live_server.url, 0

    run_state_machine_as_test(
        PatientMachine,
        settings=settings(
            max_examples=-(-STEPS // (AT_A_TIME - 5)),
            stateful_step_count=AT_A_TIME,
            derandomize=not IS_LONG,  # asked for many, it tries new ones each time
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert PatientMachine.steps >= STEPS
    figure(f"{PatientMachine.steps} steps, 0 lost, 0 errors")
