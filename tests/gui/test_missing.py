# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window says when the sandbox or the host lacks something that Sotto needs; and that every page and bar of the
set-up can be used by keyboard and ear."""
import accessibility
from accessibility import Role
from conftest import App
from sandbox import DIGEST, HELPER, ID, SYSTEMD, Sandbox
from states import STATES
from test_setup import AGAIN, COMMAND, NOT_ALLOWED, TURN_ON, open_removal
from test_window import UNNAMED_ROLES, clipboard
from waiting import wait


def test_systemd_not_allowed(start, tmp_path):
    start(Sandbox(tmp_path, system=(HELPER,)))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    accessibility.get(Role.LABEL, NOT_ALLOWED)
    wait(lambda: any(text.startswith(COMMAND) for text in accessibility.text_of(Role.LABEL)), "the command")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Copy the Command"))
    assert clipboard().startswith(COMMAND)
    accessibility.get(Role.PUSH_BUTTON, AGAIN)


def test_removal_without_systemd_gives_the_command(start, no_helper, tmp_path):
    no_helper.start(Payload=DIGEST, State="on")
    start(Sandbox(tmp_path, system=(HELPER,)))
    accessibility.get(Role.PUSH_BUTTON, "Turn Off Protection")
    open_removal()
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Remove"))
    accessibility.get(Role.LABEL, "This app is not allowed to talk to systemd, which removes the service. Allow it, or type this "
                      f"into a terminal: sudo /usr/local/lib/{ID}/current/bin/sotto-setup remove")


def test_no_systemd_at_all(start, tmp_path):
    start(Sandbox(tmp_path))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    accessibility.get(Role.LABEL, "This computer's systemd, which sets up the service, cannot be reached. Type this into a "
                      "terminal:")


def test_helper_not_allowed(start, host, tmp_path):
    start(Sandbox(tmp_path, system=(SYSTEMD,)))
    accessibility.get(Role.LABEL, "Sotto is not allowed to talk to its service")
    accessibility.get(Role.LABEL, f"flatpak override --user --system-talk-name={HELPER} {ID}")
    assert host.item().menu().labels() == ["Sotto is not allowed to talk to its service", "Restart Sotto", "Open Sotto", "Quit"]


def test_no_system_bus(start, monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/there/is/no/bus")
    start(Sandbox(tmp_path))
    accessibility.get(Role.LABEL, "The system bus cannot be reached")
    accessibility.get(Role.PUSH_BUTTON, AGAIN)


def test_tray_not_allowed(helper, tmp_path):
    app = App(sandbox=Sandbox(tmp_path, session=()))
    try:
        accessibility.get(Role.LABEL, "This app is not allowed to use the tray, so Sotto lives in this window. Closing it "
                          "changes nothing about your protection.")
    finally:
        app.stop()


def test_no_sign_in_window_in_the_sandbox(start, helper, tmp_path):
    helper.set(State="signin")
    start(Sandbox(tmp_path))
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Sign In to Wi-Fi…"))
    accessibility.get(Role.LABEL, "Sign in with your browser?")


def test_app_without_a_payload_waits_for_a_helper(start, tmp_path):
    start(Sandbox(tmp_path, brings_helper=False))
    accessibility.get(Role.LABEL, "Sotto service is not running")
    accessibility.get(Role.LABEL, "systemctl start sotto.service")


# --- for everybody


def mnemonics():
    """Of the buttons in sight, the letters that press them."""
    buttons = [node for role in (Role.PUSH_BUTTON, Role.TOGGLE_BUTTON) for node in accessibility.find_all(role)]
    keys = [node.get_key_binding(0).split(";")[0] for node in buttons if node.get_n_actions() > 0]
    return sorted(key for key in keys if key)


def assert_usable(where):
    keys = mnemonics()
    assert len(keys) == len(set(keys)), f"{where}: {keys}"
    unnamed = [role.value_nick for role in UNNAMED_ROLES for node in accessibility.find_all(role) if not node.get_name()]
    assert not unnamed, f"{where}: {unnamed}"


def test_first_run_is_usable_by_all(start, tmp_path):
    start(Sandbox(tmp_path, system=(HELPER,)))
    accessibility.get(Role.PUSH_BUTTON, TURN_ON)
    assert_usable("first run")
    accessibility.press(accessibility.get(Role.PUSH_BUTTON, TURN_ON))
    accessibility.get(Role.PUSH_BUTTON, "Copy the Command")
    assert_usable("no systemd")


def test_bars_are_usable_by_all(start, no_helper, tmp_path):
    """Each state with the bar of an old helper and that of a failure above it, then with that of an updated app."""
    no_helper.start(Payload="0" * 64)
    no_helper.refuse("CheckProtection", "Failed", "That was too much.")
    sandbox = Sandbox(tmp_path)
    start(sandbox)
    accessibility.get(Role.PUSH_BUTTON, "Update…")
    for state in STATES:
        no_helper.set(**state.facts)
        accessibility.get(Role.LABEL, state.line)
        accessibility.press(accessibility.get(Role.PUSH_BUTTON, "Check Now"))
        accessibility.get(Role.PUSH_BUTTON, "Dismiss")
        assert len(mnemonics()) >= 4
        assert_usable(state.name)
    sandbox.update()
    accessibility.get(Role.PUSH_BUTTON, "Restart")
    accessibility.gone(Role.PUSH_BUTTON, "Update…")  # one thing at a time
    for state in STATES:
        no_helper.set(**state.facts)
        accessibility.get(Role.LABEL, state.line)
        assert_usable(state.name)
