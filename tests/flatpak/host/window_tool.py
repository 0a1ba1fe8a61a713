# SPDX-License-Identifier: GPL-3.0-or-later
"""window_tool.py texts | press PATTERN | key NAME | wait PATTERN [SECONDS]: Sotto's window, used over AT-SPI as a screen
reader uses it. Runs in the session it belongs to. Prints JSON: the texts that can be read; of wait, the first that matched.
"""

import json
import re
import subprocess
import sys

import accessibility
from waiting import wait

READABLE = (accessibility.Role.LABEL, accessibility.Role.PUSH_BUTTON, accessibility.Role.HEADING, accessibility.Role.ALERT,
            accessibility.Role.INFO_BAR, accessibility.Role.LIST_ITEM, accessibility.Role.TEXT)


def texts():
    return [name for role in READABLE for name in accessibility.text_of(role) if name]


def matching(pattern):
    return next((text for text in texts() if re.search(pattern, text)), None)


def button(name):
    nodes = accessibility.find_all(accessibility.Role.PUSH_BUTTON)
    return next((node for node in nodes if re.search(name, node.get_name()) and accessibility.is_sensitive(node)), None)


def main():
    command, *words = sys.argv[1:]
    accessibility.application()
    answer = None
    if command == "texts":
        answer = texts()
    elif command == "press":
        accessibility.press(wait(lambda: button(words[0]), f"a button {words[0]!r} among {texts()}", 15))
    elif command == "key":
        window = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Sotto$"], capture_output=True, text=True,
                                check=True).stdout.split()[-1]
        subprocess.run(["xdotool", "windowfocus", "--sync", window, "key", words[0]], check=True)
    elif command == "wait":
        seconds = float(words[1]) if len(words) > 1 else 15
        try:
            answer = wait(lambda: matching(words[0]), f"a text like {words[0]!r}", seconds)
        except AssertionError as error:
            sys.exit(f"{error}; there are {texts()}")
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
