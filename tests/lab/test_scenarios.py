# SPDX-License-Identifier: GPL-3.0-or-later
"""Every transition that a laptop goes through, as tests/lab/scenarios tells it: nothing leaks, and nobody is left without
lookups. The table at the end of the run has what was measured."""

import pytest

from lab import scenario as scenarios
from lab.booted_stage import BootedStage
from lab.measuring import disagreement
from lab.stage import LaptopStage
from lab.table import PLAYED


@pytest.fixture
def stage(request, scenario):
    built = (BootedStage if scenario.systemd else LaptopStage)(request.getfixturevalue, scenario)
    yield built
    built.close()


@pytest.mark.parametrize("scenario", scenarios.load(), ids=str)
def test_scenario(scenario, stage):
    scenarios.play(scenario, stage)
    result = stage.watching.result()
    PLAYED.append((scenario, result))
    assert len(result.leaks) == scenario.leaks, "\n".join(result.leaks[:10])
    assert result.outage_ms <= scenario.outage_ms, f"no lookup worked for {result.outage_ms} ms"
    assert not disagreement(result), disagreement(result)
