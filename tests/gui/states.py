# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state the helper can be in, and what menu and window show of it: the one table that tests and screenshots
walk."""
import dataclasses
import time

NETWORK = "Grand Hotel Wi-Fi"
LATER = int(time.time()) + 900
CLOCK = time.strftime("%H:%M", time.localtime(LATER))


@dataclasses.dataclass
class State:
    name: str
    facts: dict  # of the helper
    shape: str  # of the icon
    title: str
    choices: list  # what can be done, the first of them first
    line: str = ""  # first line of menu and window, where it is not the title
    sentence: str = ""  # below it, where it is not the helper's reason

    def __post_init__(self):
        self.line = self.line or self.title
        self.facts = {"ReasonCode": "", "Reason": "", "Until": 0, "SignIn": "", "Policy": "protect", **self.facts}
        self.sentence = self.sentence or self.facts["Reason"]


OFF, ON = "Turn Off Protection", "Turn On Protection"
UNPROTECTED = "Use Unprotected for 15 Minutes…"
STATES = [
    State("off", {"State": "off"}, "off", "Not protected", [ON], f"Not protected on {NETWORK}"),
    State("off-clock", {"State": "off", "ReasonCode": "clock-wrong",
                        "Reason": "Your computer's clock is wrong, so secure connections fail."},
          "off", "Not protected", ["Open Date & Time", ON], f"Not protected on {NETWORK}"),
    State("starting", {"State": "starting"}, "starting", "Turning on…", [OFF]),
    State("seeking", {"State": "starting", "ReasonCode": "searching"}, "starting", "Looking for a way through…", [OFF]),
    State("on", {"State": "on"}, "on", "Protected", [OFF], f"Protected on {NETWORK}"),
    State("signin", {"State": "signin"}, "signin", "This Wi-Fi needs you to sign in", ["Sign In to Wi-Fi…", UNPROTECTED]),
    State("signin-late", {"State": "signin", "ReasonCode": "sign-in-timeout"}, "signin", "This Wi-Fi needs you to sign in",
          ["Try Again", UNPROTECTED, "Open in Browser…"]),
    State("paused", {"State": "paused", "Until": LATER}, "paused", f"Paused until {CLOCK}", ["Resume Now"]),
    State("paused-here", {"State": "paused"}, "paused", "Paused until you leave this network", ["Resume Now"],
          f"Paused until you leave {NETWORK}"),
    State("blocked", {"State": "blocked", "ReasonCode": "timeout", "Reason": "No resolver answered for 15 seconds."},
          "warning", "This network blocks private lookups", ["Keep Trying", "Allow Unprotected for 15 Minutes…", OFF]),
    State("tampered", {"State": "blocked", "ReasonCode": "cert-untrusted",
                       "Reason": "Someone on this network tried to answer for Quad9. Sotto refused."},
          "warning", "Someone tampers with lookups here", ["Details", "Keep Trying", OFF]),
    State("clock", {"State": "blocked", "ReasonCode": "clock-wrong",
                    "Reason": "Your computer's clock is wrong, so secure connections fail."},
          "warning", "Your computer's clock is wrong", ["Open Date & Time", "Keep Trying", OFF],
          sentence="That is why secure connections fail. Nothing goes out unprotected."),
    State("error", {"State": "error", "ReasonCode": "not-pointed"}, "error", "Protection stopped", [ON, "Leave It Off"]),
    State("taken", {"State": "error", "ReasonCode": "dns-taken", "Reason": "Another program changed your DNS settings."},
          "error", "Protection stopped", ["Turn On Again", "Leave It"]),
    State("vpn", {"State": "vpn"}, "on", "Your VPN handles lookups", [OFF]),
    State("open", {"State": "open", "Until": LATER}, "off", f"Not protected here, by your choice — until\u00a0{CLOCK}",
          ["Protect Again", OFF]),
    State("left-alone", {"State": "open", "Policy": "leave-alone"}, "off", "Not protected here, by your choice",
          ["Protect This Network", OFF]),
    State("ask", {"State": "ask", "Policy": "ask"}, "off", "New network: protect it?",
          ["Protect This Network", "Leave It Alone", OFF]),
    State("offline", {"State": "offline"}, "off", "No network", [OFF]),
]
NAMES = [state.name for state in STATES]
