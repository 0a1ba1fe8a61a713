# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios as data: tests/lab/scenarios/*.toml, whose words its README.md explains. This reads and checks them, and plays
one on a Stage; what the words do is in steps.py, its neighbours and expectations.py, what is measured in measuring.py."""

import inspect
import keyword
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from . import expectations, helper_steps, network_steps, steps  # noqa: F401: two of them register theirs
from .process import LabError

FOLDER = Path(__file__).parent.parent / "scenarios"
BEGINNINGS = ("protected", "off", "untouched")


@dataclass
class Scenario:
    """One of them. The fields are the words of its table; the README of the folder says what they mean."""

    name: str
    title: str
    steps: list
    file: str = ""
    begin: str = "protected"
    hotel: list = field(default_factory=lambda: ["hijack53"])
    systemd: bool = False
    resolved: bool = False
    resolver: str = "auto"
    settings: dict = field(default_factory=dict)
    leaks: int = 0
    outage_ms: int = 5000

    def __str__(self):
        return self.name


def load():
    """All of them, in the order of the files. LabError names the place of what is wrong."""
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            tables = tomllib.loads(path.read_text())["scenario"]
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise LabError(f"{path.name}: {error}") from None
        for table in tables:
            scenario = _checked(table, path.name)
            if scenario.name in found:
                raise LabError(f"{path.name}: there are two scenarios called {scenario.name}.")
            found[scenario.name] = scenario
    return list(found.values())


def _checked(table, file):
    try:
        scenario = Scenario(**table, file=file)
    except TypeError as error:
        raise LabError(f"{file}, {table.get('name', 'a scenario without a name')}: {error}") from None
    if scenario.begin not in BEGINNINGS:
        raise LabError(f"{file}, {scenario.name}: it can begin {' or '.join(BEGINNINGS)}, not {scenario.begin}.")
    for number, words in enumerate(scenario.steps, 1):
        try:
            _find(words)
        except (KeyError, TypeError) as error:
            raise LabError(f"{file}, {scenario.name}, step {number}: {error}") from None
    return scenario


def _find(words):
    """The function behind a step, and its arguments."""
    table = steps.DO if "do" in words else expectations.EXPECT
    rest = dict(words)
    function = table[rest.pop("do" if "do" in words else "expect")]
    arguments = {word.replace("-", "_") + "_" * keyword.iskeyword(word): value for word, value in rest.items()}
    inspect.signature(function).bind(None, **arguments)
    return function, arguments


def sentence(number, words):
    return f"step {number}, {', '.join(f'{word} {value}' for word, value in words.items())}"


def play(scenario, stage):
    """Its steps in order, and the last question: does a lookup work that is asked after all that? AssertionError or LabError
    begins with the step that went wrong."""
    for number, words in enumerate(scenario.steps, 1):
        function, arguments = _find(words)
        try:
            function(stage, **arguments)
        except (AssertionError, LabError) as error:
            raise type(error)(f"{scenario.name}, {sentence(number, words)}: {error}") from error
