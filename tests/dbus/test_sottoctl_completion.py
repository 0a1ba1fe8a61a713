# SPDX-License-Identifier: GPL-3.0-or-later
"""What bash offers after "sottoctl": asked of bash, with the file that is installed."""

import os
import pathlib
import subprocess

import pytest
from test_sottoctl import ROOT, SOTTOCTL, address, environment, helper  # noqa: F401 (fixtures)

COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_sottoctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(environment):  # noqa: F811
    folder = pathlib.Path(SOTTOCTL).parent

    def complete(*words):
        done = subprocess.run(["bash", "-c", COMPLETE, "bash", ROOT / "data/completions/sottoctl.bash", "sottoctl", *words],
                              env={**environment, "PATH": f"{folder}:{os.environ['PATH']}"}, capture_output=True, text=True,
                              check=True)
        return done.stdout.split()
    return complete


def test_commands(complete):
    assert complete("re") == ["resume", "resolvers", "relays", "relay", "remove"]
    assert {"on", "off", "status", "setup"} <= set(complete(""))


def test_commands_in_any_language(complete, environment):  # noqa: F811
    environment["LANG"] = "de_DE.UTF-8"
    assert complete("sta") == ["status", "stats"]


def test_options_of_a_command(complete):
    assert "--json" in complete("stats", "--")
    assert complete("log", "--f") == ["--follow"]
    assert complete("--v") == ["--version"]


def test_resolvers_by_id(complete, helper):  # noqa: F811
    assert "auto" in complete("use", "")
    assert complete("use", "quad") == ["quad9"]
    assert complete("describe", "quad") == complete("favourite", "quad") == ["quad9"]
    assert complete("relay", "--for", "quad") == ["quad9"]


def test_what_a_command_takes(complete, helper):  # noqa: F811
    assert complete("log", "o") == ["on", "off"]
    assert complete("networks", "le") == ["leave-alone"]


def test_without_a_service_no_id_is_offered(complete):
    assert complete("remove", "") == []
    assert complete("relay", "") == ["auto", "none"]


def test_rules(complete):
    assert complete("rules", "") == ["list", "add", "remove", "files"]
    assert complete("rules", "add", "") == ["block", "allow", "network", "forward"]
