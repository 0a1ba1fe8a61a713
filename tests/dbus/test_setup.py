# SPDX-License-Identifier: GPL-3.0-or-later
"""sottoctl setup in a Flatpak's sandbox, against a systemd that stands in on a private bus (systemd_stand_in.py says why) and a
helper that plays its part."""

import json
import os
import pty
import subprocess
import time
from pathlib import Path

import pytest
from flatpak_app import USER
from setup_stage import Stage
from systemd_stand_in import NAME
from test_sottoctl import NAME as HELPER

from lab.process import wait_for

SERVICE = "[D-BUS Service]\nName=io.github.sottodns.Sotto1\nExec=/bin/false\n"
MANUAL = "sudo sh \"$(flatpak info --show-location io.github.sottodns.Sotto)/files/share/sotto/setup\" install 1000"
PROGRAM = Path("/usr/local/lib/io.github.sottodns.Sotto/current/bin/sotto-setup")
SYSTEM = {"installation": "/var/lib/flatpak", "system_wide": True}


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.close()


# --- what there is to do ---


def test_not_a_flatpak_has_nothing_to_do(stage):
    told = stage.ask()
    assert (told["state"], told["removable"], told["command"]) == ("none", False, "")
    assert "a package of the system" in stage.ctl().stdout


def test_flatpak_that_brings_nothing_has_nothing_to_do(stage):
    (stage.flatpak().share / "helper.tar").unlink()
    assert stage.ask()["state"] == "none"


def test_folder_without_the_mark_of_flatpak_brings_nothing(stage):
    stage.flatpak().info.write_text("")
    assert stage.ask()["state"] == "needed", "an empty mark is one"
    stage.app.info = stage.folder / "services"
    assert stage.ask()["state"] == "none"


def test_no_helper_is_needed(stage):
    stage.flatpak()
    told = stage.ask()
    assert (told["state"], told["version"], told["command"]) == ("needed", "", MANUAL)
    assert told["app-version"].count(".") == 2 and told["app-build-time"] > 1_700_000_000
    done = stage.ctl()
    assert done.returncode == 0 and "sottoctl setup install" in done.stdout and MANUAL in done.stdout


def test_helper_that_the_bus_can_start_is_not_needed(stage):
    (stage.services / "sotto.service").write_text(SERVICE)
    subprocess.run(["gdbus", "call", f"--address={stage.address}", "--dest=org.freedesktop.DBus", "--object-path=/",
                    "--method=org.freedesktop.DBus.ReloadConfig"], check=True, timeout=10)
    stage.flatpak()
    assert stage.ask()["state"] == "current"
    stage.behind_proxy(HELPER)
    assert stage.ask()["state"] == "current"
    assert "is not running" in stage.ctl().stdout


def test_helper_of_a_package_is_used_as_it_is(stage):
    stage.flatpak()
    stage.helper(Version="0.0.1")
    told = stage.ask()
    assert (told["state"], told["removable"], told["version"]) == ("none", False, "0.0.1")


@pytest.mark.parametrize("facts, state", [
    ({"Version": "0.0.9"}, "older"), ({"Version": "0.1.0", "BuildTime": 1}, "older"),
    ({"Version": "0.1", "BuildTime": 4_000_000_000}, "current"), ({"Version": "0.10.0", "BuildTime": 1}, "current"),
    ({"Version": "9.0.0", "Protocol": 9, "OldestProtocol": 9}, "current")],
    ids=["version", "build-time", "built-later", "ten-is-above-one", "too-new-to-talk-to"])
def test_helper_of_a_payload_is_compared(stage, facts, state):
    stage.flatpak()
    stage.helper(Payload="ab" * 32, **facts)
    told = stage.ask()
    assert (told["state"], told["removable"], told["payload"]) == (state, True, "ab" * 32)


def test_the_very_payload_is_current_whatever_it_says(stage):
    stage.helper(Payload=stage.flatpak().digest, Version="0.0.1")
    assert stage.ask()["state"] == "current"


def test_helper_of_a_payload_is_removable_without_one_of_ones_own(stage):
    stage.helper(Payload="ab" * 32)
    assert (stage.ask()["state"], stage.ask()["removable"]) == ("none", True)


@pytest.mark.parametrize("details, state", [
    (SYSTEM, "follows"), ({"installation": "/srv/flatpak", "system_wide": True}, "follows"), ({}, "older"),
    ({"installation": "/var/lib/flatpak"}, "older"), ({"system_wide": True}, "older")],
    ids=["system", "another-of-the-system", "user", "owned-by-the-user", "in-the-home"])
def test_system_installation_is_followed(stage, details, state):
    stage.flatpak(**details)
    stage.helper(Payload="ab" * 32, Version="0.0.1")
    assert stage.ask()["state"] == state


# --- installing ---


SCRIPT = """# Variables of this text are its own: ${NOT_SYSTEMDS:-kept} $$ "$@"
printf '%s\\n' "$0" "$@" "${NOT_SYSTEMDS:-kept}" >OUT/arguments
cat >OUT/payload
echo 'Settings were kept.'
"""


@pytest.fixture
def installing(stage):
    """An app whose script runs, and a helper that appears when it has."""
    out = stage.folder / "out"
    out.mkdir()
    app = stage.flatpak(script=SCRIPT.replace("OUT", str(out)))
    stage.out = out
    stage.host = stage.systemd(after=lambda: stage.helper(Payload=app.digest))
    return stage


def test_install_runs_the_script_with_the_payload(installing):
    done = installing.ctl("install", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["state"], told["removable"], told["note"]) == ("current", True, "Settings were kept.")
    app = installing.app
    assert (installing.out / "payload").read_bytes() == b"the helper"
    assert (installing.out / "arguments").read_text().splitlines() == [
        "sotto-setup", app.digest, "install", str(USER), app.installation, "kept"]


def test_install_says_it_in_words(installing):
    assert installing.ctl("install").stdout.splitlines()[:2] == [
        "The Sotto service is installed and up to date.", "Settings were kept."]


def test_order_is_one_shot_and_away_from_homes(installing):
    installing.ctl("install")
    (order,) = installing.host.orders
    assert (order["unit"], order["mode"], order["auxiliary"]) == ("sotto-setup.service", "fail", [])
    assert (order["Type"], order["CollectMode"], order["ProtectHome"]) == ("oneshot", "inactive-or-failed", "yes")
    ((program, words, ignores_failure),) = order["ExecStart"]
    assert (program, words[:2], ignores_failure) == ("/bin/sh", ["/bin/sh", "-c"], False)


def test_without_a_terminal_nobody_is_asked(installing):
    installing.ctl("install")
    assert installing.host.orders[0]["interactive"] is False


def test_at_a_terminal_an_administrator_is_asked(installing):
    master, slave = pty.openpty()
    installing.ctl("install", stdin=slave)
    os.close(master)
    os.close(slave)
    assert installing.host.orders[0]["interactive"] is True


def test_job_that_ends_before_it_has_a_name_is_not_missed(installing):
    installing.host.answers_late = True
    assert installing.ctl("install").returncode == 0


def test_update_waits_for_the_new_helper(installing):
    old = installing.helper(Payload="ab" * 32, Version="0.0.1")

    def replace():
        old.stop()
        time.sleep(0.5)
        installing.helper(Payload=installing.app.digest)
    installing.host.after = replace
    done = installing.ctl("install", "--json")
    assert (done.returncode, json.loads(done.stdout)["state"]) == (0, "current")


@pytest.mark.parametrize("error", [
    "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
    "org.freedesktop.PolicyKit1.Error.Cancelled", "org.freedesktop.DBus.Error.NoReply"])
def test_refused_password(installing, error):
    installing.host.refusals["StartTransientUnit"] = (error, "Nothing to show.")
    assert installing.refused("install") == (5, "not-authorized", "An administrator has to allow this.")


def test_no_systemd_gives_the_way_by_hand(stage):
    stage.flatpak()
    assert stage.refused("install")[:2] == (1, "no-systemd")
    assert stage.ctl("install").stderr.endswith(f"  {MANUAL}\n")


def test_install_through_flatpaks_proxy(installing):
    installing.behind_proxy(HELPER, NAME)
    assert installing.ask()["state"] == "needed"
    done = installing.ctl("install", "--json")
    assert (done.returncode, json.loads(done.stdout)["note"]) == (0, "Settings were kept.")
    assert (installing.out / "payload").read_bytes() == b"the helper"


def test_flatpaks_proxy_that_hides_systemd(installing):
    installing.behind_proxy(HELPER)
    assert installing.refused("install")[:2] == (1, "no-systemd")
    assert not installing.host.orders


def test_sandbox_that_may_not_talk_to_systemd(installing):
    installing.host.refusals["Subscribe"] = ("org.freedesktop.DBus.Error.AccessDenied", "From the proxy.")
    assert installing.refused("install")[:2] == (1, "no-systemd")


def test_subscribed_already_is_no_trouble(installing):
    installing.host.refusals["Subscribe"] = (NAME + ".AlreadySubscribed", "")
    assert installing.ctl("install").returncode == 0


@pytest.mark.parametrize("error", ["UnitExists", "TransactionIsDestructive"])
def test_another_setup_is_under_way(installing, error):
    installing.host.refusals["StartTransientUnit"] = (f"{NAME}.{error}", "Unit sotto-setup.service was already loaded.")
    code, word, sentence = installing.refused("install")
    assert (code, word) == (1, "busy") and "already" in sentence


def test_systemds_own_reason_is_shown(installing):
    installing.host.refusals["StartTransientUnit"] = (NAME + ".ShuttingDown", "The system is going down.")
    assert installing.refused("install") == (1, "failed", "systemd refused to do it: The system is going down.")


def test_the_last_line_is_the_reason(installing):
    installing.app.bring(b"x", "echo 'a warning' >&2; echo 'A newer service is installed.' >&2; echo; exit 3")
    assert installing.refused("install") == (1, "failed", "A newer service is installed.")
    assert installing.ctl("install").stderr == "sottoctl setup: A newer service is installed.\n"


def test_failure_without_a_word_names_the_journal(installing):
    installing.app.bring(b"x", "exit 1")
    assert "sotto-setup.service" in installing.refused("install")[2]


def test_endless_words_do_not_hold_it_up(installing):
    installing.app.bring(b"x", "head -c 3000000 /dev/zero | tr '\\0' 'x'; head -c 300000 /dev/zero | tr '\\0' '\\377' >&2; "
                               "printf '\\nThe disk is full.\\n\\n' >&2; exit 1")
    assert installing.refused("install")[2] == "The disk is full."


def test_long_reason_is_cut(installing):
    installing.app.bring(b"x", "head -c 5000 /dev/zero | tr '\\0' 'x' >&2; exit 1")
    assert installing.refused("install")[2] == "x" * 500


def test_program_left_behind_with_the_pipes_is_not_waited_for(installing):
    installing.app.bring(b"x", "echo 'It broke.' >&2; sleep 30 & exit 1")
    before = time.monotonic()
    assert installing.refused("install")[2] == "It broke."
    assert time.monotonic() - before < 10


def test_helper_that_never_appears(installing):
    installing.host.after = lambda: None
    code, word, sentence = installing.refused("install")
    assert (code, word) == (1, "failed") and "does not answer" in sentence


@pytest.mark.parametrize("name, content", [("helper.digest", "00"), ("helper.digest", None), ("helper.digest", "G" * 64),
                                           ("setup", None)])
def test_damaged_app_orders_nothing(installing, name, content):
    (installing.app.share / name).unlink()
    if content:
        (installing.app.share / name).write_text(content)
    code, word, sentence = installing.refused("install")
    assert (code, word) == (1, "failed") and "install the app anew" in sentence
    assert not installing.host.orders


def test_install_outside_of_a_flatpak_orders_nothing(stage):
    host = stage.systemd()
    assert "a package of the system" in stage.refused("install")[2]
    assert not host.orders


def test_helper_of_a_package_is_not_replaced(installing):
    installing.helper()
    assert "is used as it is" in installing.refused("install")[2]
    assert not installing.host.orders, "nobody is asked for a password in vain"


def test_app_that_is_closed_in_the_middle_stops_nothing(installing):
    go = installing.folder / "go"
    installing.app.bring(b"all of it", f"while ! [ -e {go} ]; do sleep 0.05; done; set -e; echo one; echo two >&2; "
                                       f"cat >{installing.out}/payload")
    client = subprocess.Popen(installing.argv("setup", "install"), env=installing.environment)
    wait_for("the command", lambda: installing.host.process)
    client.kill()
    client.wait()
    go.touch()
    assert installing.host.ended.wait(10)
    assert (installing.out / "payload").read_bytes() == b"all of it"
    wait_for("the next run to see it", lambda: installing.ask()["state"] == "current")


def test_bus_that_goes_away_in_the_middle(installing):
    installing.app.bring(b"x", "sleep 30")
    client = subprocess.Popen(installing.argv("setup", "install"), env=installing.environment, stderr=subprocess.PIPE, text=True)
    wait_for("the command", lambda: installing.host.process)
    installing.daemon.kill()
    assert "system bus" in client.communicate(timeout=20)[1]
    assert client.returncode == 4
    installing.host.process.kill()


# --- removing ---


@pytest.fixture
def removing(stage):
    """A helper from a payload, and in its place a program that only says what it would keep."""
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    PROGRAM.write_text("#!/bin/sh\nread -r line && exit 1\necho \"$# $1: the settings stay.\"\n")
    PROGRAM.chmod(0o755)
    stage.flatpak()
    helper = stage.helper(Payload="ab" * 32)
    stage.host = stage.systemd(after=helper.stop)
    yield stage
    PROGRAM.unlink(missing_ok=True)


def test_remove_runs_what_is_installed(removing):
    done = removing.ctl("remove", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["state"], told["removable"]) == (0, "needed", False)
    assert told["note"] == "1 remove: the settings stay."
    (order,) = removing.host.orders
    assert order["ExecStart"] == [(str(PROGRAM), [str(PROGRAM), "remove"], False)]
    assert "StandardInputFileDescriptor" not in order and order["Description"] == "Remove the Sotto service"


def test_what_cannot_be_run_names_the_journal(removing):
    PROGRAM.unlink()
    assert "sotto-setup.service" in removing.refused("remove")[2]


def test_remove_without_a_flatpak(removing):
    removing.app = None
    assert json.loads(removing.ctl("remove", "--json").stdout)["state"] == "none"


def test_helper_of_a_package_is_not_removed(stage):
    stage.flatpak()
    host = stage.systemd()
    stage.helper()
    assert "remove that package" in stage.refused("remove")[2]
    assert not host.orders


def test_refused_removal_gives_its_own_way_by_hand(removing):
    removing.host.refusals["StartTransientUnit"] = ("org.freedesktop.DBus.Error.AccessDenied", "No.")
    done = removing.ctl("remove")
    assert done.returncode == 5 and done.stderr.endswith(f"  sudo {PROGRAM} remove\n")


def test_nothing_installed_is_not_removed(stage):
    stage.flatpak()
    assert stage.refused("remove") == (1, "failed", "The Sotto service is not installed.")


def test_unknown_word_is_wrong_usage(stage):
    done = stage.ctl("purge")
    assert done.returncode == 2 and "neither install nor remove" in done.stderr
