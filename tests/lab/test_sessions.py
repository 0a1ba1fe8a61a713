# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose machine it is: sessions of other users, before the real polkit. Whoever sits in front may; the others may look."""

import pytest

from lab.contract import PRIVATE, PUBLIC, ends_for
from lab.process import wait_for
from lab.servers import ask
from lab.session import User
from lab.topology import TRUTH


@pytest.fixture
def visitor(network, guest):
    """A second user, beside the one in front."""
    user = User(network.laptop, "visitor")
    yield user
    user.session("none")
    guest.session("active")


@pytest.mark.parametrize("state", ["inactive", "none"])
def test_sessions_of_others_may_change_nothing(protected, network, polkit, guest, visitor, state):
    """One that was switched away from, and a program without any, as of cron or from elsewhere."""
    visitor.session(state)
    guest.session("active")
    wait_for("polkit to notice", lambda: polkit.check(visitor, "io.github.sottodns.Sotto1.switch") != "yes", 3)
    assert ends_for(visitor, PRIVATE) == dict.fromkeys(PRIVATE, "NotAuthorized")
    assert set(ends_for(visitor, {method: PUBLIC[method] for method in ("GetStatistics", "Rules.ListRules")}).values()) == {"done"}
    assert (protected.status(guest)["state"], protected.status(guest)["changed-by"]) == ("on", "guest")
    assert ask(network.laptop) == TRUTH


def test_right_goes_with_the_seat(protected, network, polkit, guest, visitor):
    """Users are switched: who was in front may no more, and who came may."""
    rule = {"Rules.AddRule": ("'block'", "'ads.example'", "''")}
    assert ends_for(guest, rule) == {"Rules.AddRule": "done"}
    guest.session("inactive")
    visitor.session("active")
    wait_for("polkit to notice", lambda: polkit.check(guest, "io.github.sottodns.Sotto1.switch") != "yes", 3)
    undo = {"Rules.RemoveRule": ("'ads.example'",)}
    assert ends_for(guest, undo) == {"Rules.RemoveRule": "NotAuthorized"}
    assert ends_for(visitor, undo) == {"Rules.RemoveRule": "done"}
