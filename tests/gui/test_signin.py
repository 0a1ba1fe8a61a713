# SPDX-License-Identifier: GPL-3.0-or-later
"""The sign-in window, in a hotel (see hotel.py): the page's names are known to the scripted helper alone, and whatever
asks the hotel's DNS by itself is seen there."""
import os
import pathlib
import signal
import subprocess
import time

import pytest
from gi.repository import GLib

import accessibility
from accessibility import Role
from hotel import BLACK_HOLE, HOTEL, Hotel
from waiting import pump, wait

WINDOW = os.environ.get("SOTTO_SIGNIN_WINDOW")
pytestmark = [
    pytest.mark.skipif(WINDOW is None, reason="sotto-signin was not built"),
    pytest.mark.skipif(subprocess.run(["unshare", "--user", "--net", "true"], check=False).returncode != 0,
                       reason="an ordinary user may not make namespaces here"),
]
TITLE = "Sign in to Grand Hotel Wi-Fi"
PATIENCE_S = 30
LOGIN = "http://login.grand-hotel.test/"


class Window(Hotel):
    def place(self):
        found = wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{TITLE}$"], capture_output=True,
                                            text=True, check=False).stdout.split(), "the window on the screen", PATIENCE_S)
        text = subprocess.run(["xdotool", "getwindowgeometry", "--shell", found[-1]], capture_output=True, text=True, check=True)
        place = dict(line.split("=") for line in text.stdout.splitlines())
        return [int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")]

    def wait_for_request(self, request, times=1):
        wait(lambda: self.requests().count(request) >= times, f"{request} among {self.requests()}", PATIENCE_S)

    def click_page(self):
        """On the button in the middle of the page, which fills the window below header and address."""
        left, top, width, height = self.place()
        subprocess.run(["xdotool", "mousemove", str(left + width // 2), str(top + height // 2 + 36), "click", "1"], check=True)

    def processes(self, name):
        """The engine's processes of that name. The kernel cuts names after 15 letters."""
        stats = [path.read_text(encoding="utf-8") for path in pathlib.Path("/proc").glob("[0-9]*/status")]
        return [text for text in stats if text.startswith(f"Name:\t{name[:15]}\n") and f"\nUid:\t{os.getuid()}\t" in text]


@pytest.fixture
def names(helper):
    """Sets what ResolveForSignIn answers."""
    def answer(name, *addresses):
        helper.script("Answer", GLib.Variant("(sv)", (f"ResolveForSignIn({name})", GLib.Variant("as", addresses))))
    for name in ("login", "img", "early", "secure"):
        answer(f"{name}.grand-hotel.test", HOTEL)
    return answer


@pytest.fixture
def open_window(helper, names, monkeypatch):
    """Starts the window in front of a page; ends it, and sees that it ended well."""
    monkeypatch.setattr(accessibility, "program", "sotto-signin")
    windows = []

    def opened(address=LOGIN, **facts):
        helper.set(State="signin", PortalAddress=address, **facts)
        windows.append(Window([WINDOW]))
        return windows[-1]
    yield opened
    for window in windows:
        code, text = window.stop(), window.text()
        assert code == 0, f"the window ended with {code}\n{text}"
        own = [line for line in text.splitlines() if "sotto-signin" in line]  # the engine's processes have their own troubles
        assert own == [], text


@pytest.fixture
def window(open_window):
    window = open_window()
    window.wait_for_request("GET login.grand-hotel.test/")
    return window


def get(role, name):
    """A web engine takes its time to start where others are at work."""
    return wait(lambda: accessibility.find(role, name), f"a {role.value_nick} named {name!r}", PATIENCE_S)


def label(text):
    return get(Role.LABEL, text)


def button(name):
    return get(Role.PUSH_BUTTON, name)


def press(name):
    accessibility.press(button(name))


def show_certificate():
    accessibility.press(get(Role.TOGGLE_BUTTON, "What it showed instead"))


def key(*keys):
    subprocess.run(["xdotool", "key", *keys], check=True, timeout=10)


def calls(helper):
    return [call for call in helper.calls if not call.startswith("ResolveForSignIn")]


# --- a sign-in


def test_signs_in_and_closes(helper, window):
    label("login.grand-hotel.test")
    label("Not secure")
    pump(1)
    window.click_page()
    window.wait_for_request("POST login.grand-hotel.test/login")
    helper.set(State="starting")
    label("Turning protection on…")
    helper.set(State="on", ResolverInUse="Quad9", SignIn="")
    label("You're online and protected")
    assert window.wait_for_end(PATIENCE_S) == 0
    assert calls(helper) == ["BeginSignIn(window)"]


def test_time_that_is_left(helper, window):
    helper.set(Until=int(time.time()) + 62)
    wait(lambda: [text for text in accessibility.text_of(Role.LABEL) if text in ("1:01 left", "1:00 left", "0:59 left")],
         "the countdown")


def test_page_in_a_sandbox(window):
    """The process that reads the page sees no other process of the machine."""
    wait(lambda: window.processes("WebKitWebProcess"), "the engine")
    for status in window.processes("WebKitWebProcess"):
        numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
        assert len(numbers) > 1


def test_second_start_shows_the_first_window(helper, window):
    subprocess.run([WINDOW], check=True, timeout=10)
    assert calls(helper) == ["BeginSignIn(window)"]


def test_second_start_tries_again(helper, window):
    helper.set(State="signin", SignIn="")
    label("Not signed in")
    subprocess.run([WINDOW], check=True, timeout=10)
    window.wait_for_request("GET login.grand-hotel.test/", 2)


def test_every_button_has_a_name(helper, window):
    label("login.grand-hotel.test")
    assert all(accessibility.text_of(Role.PUSH_BUTTON))
    helper.set(State="signin", SignIn="")
    label("Not signed in")
    assert all(accessibility.text_of(Role.PUSH_BUTTON))


def test_strange_query(open_window):
    window = open_window(f"{LOGIN}?mac=aa:bb&url=http://x.test/%E9|%zz")
    wait(lambda: [request for request in window.requests() if "?mac=aa:bb" in request], "the page", PATIENCE_S)


def test_page_that_ends_its_engine(window):
    for status in wait(lambda: window.processes("WebKitWebProcess"), "the engine"):
        os.kill(int(next(line for line in status.splitlines() if line.startswith("Pid:")).split()[1]), signal.SIGKILL)
    label("The page did something that ended it.")
    press("Try Again")
    window.wait_for_request("GET login.grand-hotel.test/", 2)


# --- names


def test_hotel_sees_who_asks_it():
    """That the tests below could fail: a program that asks by itself is seen."""
    guest = Hotel(["getent", "hosts", "asked.grand-hotel.test"])
    assert guest.wait_for_end() == 0, guest.text()
    assert "asked.grand-hotel.test" in guest.lookups()


def test_names_come_from_the_helper_alone(helper, window):
    window.wait_for_request("GET img.grand-hotel.test/logo.png")
    pump(1)
    assert window.lookups() == []
    assert "ResolveForSignIn(login.grand-hotel.test)" in helper.calls


def test_ipv6_that_leads_nowhere(names, open_window):
    names("login.grand-hotel.test", BLACK_HOLE, HOTEL)
    window = open_window()
    start = time.monotonic()
    window.wait_for_request("GET login.grand-hotel.test/")
    assert time.monotonic() - start < PATIENCE_S / 2  # TCP alone would go on for two minutes


def test_name_that_nobody_knows(names, open_window):
    window = open_window("http://unknown.grand-hotel.test/")
    label("This network knows no such page.")
    label("unknown.grand-hotel.test")
    names("unknown.grand-hotel.test", HOTEL)
    press("Try Again")
    window.wait_for_request("GET unknown.grand-hotel.test/")


# --- what a page may not


def test_own_computer_is_off_limits(helper, names, open_window):
    names("inside.grand-hotel.test", "127.0.0.1")
    window = open_window(f"{LOGIN}inside")
    wait(lambda: "ResolveForSignIn(inside.grand-hotel.test)" in helper.calls, "the page to try")
    pump(2)
    assert window.entries("inside") == []


def test_other_schemes_go_nowhere(open_window):
    window = open_window(f"{LOGIN}schemes")
    window.wait_for_request("GET login.grand-hotel.test/tried")
    label("login.grand-hotel.test")


def test_new_window_is_this_window(open_window):
    window = open_window(f"{LOGIN}window")
    window.wait_for_request("GET login.grand-hotel.test/window")
    pump(1)
    left, top, _width, height = window.place()
    subprocess.run(["xdotool", "mousemove", str(left + 40), str(top + height - 40), "click", "1"], check=True)
    window.wait_for_request("GET login.grand-hotel.test/opened")


def test_nothing_is_downloaded(open_window):
    open_window(f"{LOGIN}file.bin")
    label("That is a file. This window only shows pages, and keeps nothing.")
    assert list(pathlib.Path(os.environ["HOME"]).glob("**/file.bin*")) == []


def test_nothing_is_kept(helper, window):
    window.wait_for_request("GET img.grand-hotel.test/logo.png")
    key("Escape")
    assert window.wait_for_end(PATIENCE_S) == 0
    home = pathlib.Path(os.environ["HOME"])
    assert [str(path) for path in home.glob("**/*") if "webkit" in str(path).lower() or "cookie" in str(path).lower()] == []


def test_address_that_is_no_page(helper, open_window):
    open_window("file:///etc/passwd")
    label("This network gave no sign-in page that can be opened.")


# --- certificates


def test_certificate_that_holds(open_window):
    window = open_window("https://secure.grand-hotel.test/")
    window.wait_for_request("GET secure.grand-hotel.test/")
    label("Secure")


def test_certificate_of_nobody_known(open_window):
    window = open_window("https://login.grand-hotel.test:444/")
    label("This page cannot prove who it is")
    label("Its certificate is signed by nobody this computer knows.")
    label("login.grand-hotel.test:444")
    show_certificate()
    assert accessibility.find_all(Role.LABEL, "O=Grand Hotel,CN=login.grand-hotel.test")
    assert window.requests() == []
    press("Go On to login.grand-hotel.test All the Same")
    window.wait_for_request("GET login.grand-hotel.test:444/")
    label("Not secure")


def test_certificate_of_another_name(open_window):
    window = open_window("https://login.grand-hotel.test/")
    label("Its certificate is made out to another name.")
    assert window.requests() == []


def test_exception_is_for_one_host(open_window):
    window = open_window("https://login.grand-hotel.test:444/other")
    show_certificate()
    press("Go On to login.grand-hotel.test All the Same")
    window.wait_for_request("GET login.grand-hotel.test:444/other")
    label("Whoever answered may be img.grand-hotel.test, or anyone on this network who says so.")


def test_strict_host_has_no_way_around(open_window):
    """secure.grand-hotel.test is strict, says so over a connection that holds, and then shows another certificate."""
    window = open_window("https://secure.grand-hotel.test/strict")
    window.wait_for_request("GET secure.grand-hotel.test/strict")
    label("This page cannot prove who it is")
    show_certificate()
    label("This page said before that it always proves who it is, so there is no way around that.")
    assert accessibility.find(Role.PUSH_BUTTON, "Go On to secure.grand-hotel.test All the Same") is None


# --- other ends


def test_time_is_over(helper, window):
    helper.set(Until=int(time.time()))
    helper.set(State="signin", SignIn="")
    label("The time for signing in is over, and the network still lets nothing through.")
    press("Try Again")
    window.wait_for_request("GET login.grand-hotel.test/", 2)
    assert calls(helper) == ["BeginSignIn(window)"] * 2


@pytest.mark.parametrize("state, sentence", [
    ("offline", "You have left the network that you were signing in to."),
    ("off", "Protection was turned off, so the sign-in needs no help: use your browser."),
])
def test_ends_otherwise(helper, window, state, sentence):
    helper.set(State=state, SignIn="")
    label("Not signed in")
    label(sentence)


@pytest.mark.parametrize("state", ["off", "paused", "ask", "error"])
def test_browser_that_needs_nothing_opened(helper, browser, window, state):
    """The helper would refuse: the network's DNS serves everybody already."""
    helper.set(State=state, SignIn="", Reason="")
    label("Not signed in")
    assert accessibility.find(Role.PUSH_BUTTON, "Use Unprotected for 15 Minutes…") is None
    press("Open in Browser")
    wait(lambda: browser.calls == [LOGIN], "the browser")
    assert calls(helper) == ["BeginSignIn(window)"]


def test_network_that_is_left_alone(helper, browser, open_window):
    """No time is told at which that would end."""
    helper.refuse("BeginSignIn", "Failed", "This network asks for no sign-in.")
    open_window(Until=0)
    helper.set(State="open")
    label("This network's own DNS is in use, as you decided, so the sign-in needs no help: use your browser.")
    press("Open in Browser")
    wait(lambda: browser.calls == [LOGIN], "the browser")


def test_signed_in_but_blocked(helper, window):
    helper.set(State="starting", ReasonCode="searching", SignIn="")
    label("Turning protection on…")
    helper.set(State="blocked")
    label("This network blocks private lookups")
    button("Use Unprotected for 15 Minutes…")
    helper.set(State="on")
    label("You're online and protected")


def test_another_network(helper, window):
    helper.set(State="signin", SignIn="", Network="Airport")
    label("You have left the network that you were signing in to.")


def test_helper_stops(helper, window):
    helper.stop()
    label("The Sotto service has stopped.")


def test_helper_restarts(helper, names, window):
    """What it knew of a window is gone with it, so the sign-in has ended; one press begins it again."""
    helper.stop()
    label("The Sotto service has stopped.")
    helper.start()
    names("login.grand-hotel.test", HOTEL)
    helper.set(State="signin", PortalAddress=LOGIN)
    press("Try Again")
    window.wait_for_request("GET login.grand-hotel.test/", 2)
    assert calls(helper) == ["BeginSignIn(window)"]


def test_helper_refuses(helper, open_window):
    helper.refuse("BeginSignIn", "Failed", "This network asks for no sign-in.")
    open_window()
    label("This network asks for no sign-in.")


def test_already_online(helper, open_window):
    helper.refuse("BeginSignIn", "Failed", "This network asks for no sign-in.")
    window = open_window()
    helper.set(State="on")
    label("You're online and protected")
    assert window.wait_for_end(PATIENCE_S) == 0


def test_by_browser_after_a_question(helper, browser, window):
    press("Open in Browser")
    label("Sign in with your browser?")
    press("Cancel")
    accessibility.gone(Role.LABEL, "Sign in with your browser?")
    assert calls(helper) == ["BeginSignIn(window)"]
    press("Open in Browser")
    press("Open Browser")
    label("Sign in with your browser")
    wait(lambda: browser.calls == [LOGIN], "the browser")
    press("Stop")
    label("Not signed in")
    assert calls(helper) == ["BeginSignIn(window)", "BeginSignIn(machine)", "EndSignIn()"]


def test_question_goes_with_its_reason(helper, window):
    press("Open in Browser")
    label("Sign in with your browser?")
    helper.set(State="starting", SignIn="")
    accessibility.gone(Role.LABEL, "Sign in with your browser?")


def test_unprotected_after_a_question(helper, window):
    helper.set(State="signin", SignIn="")
    press("Use Unprotected for 15 Minutes…")
    label("Use this network unprotected for 15 minutes?")
    assert calls(helper) == ["BeginSignIn(window)"]
    press("Use Unprotected")
    label("Not protected here, by your choice")
    assert calls(helper) == ["BeginSignIn(window)", "AllowUnprotected(900)"]
    press("Close")
    assert window.wait_for_end(PATIENCE_S) == 0


def test_f5_loads_again(window):
    label("login.grand-hotel.test")
    key("F5")
    window.wait_for_request("GET login.grand-hotel.test/", 2)


def test_escape_ends_the_sign_in(helper, window):
    label("login.grand-hotel.test")
    key("Escape")
    assert window.wait_for_end(PATIENCE_S) == 0
    helper.set(Reason="")  # the helper noticed that its caller left the bus
    assert helper.bus.call_sync("io.github.sottodns.Sotto1", "/io/github/sottodns/Sotto1", "org.freedesktop.DBus.Properties", "Get",
                                GLib.Variant("(ss)", ("io.github.sottodns.Sotto1", "State")), None, 0, -1, None).unpack() == ("signin",)
