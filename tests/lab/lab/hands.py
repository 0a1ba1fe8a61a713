# SPDX-License-Identifier: GPL-3.0-or-later
"""hands.py STEPS: does to Sotto's window what somebody would, over AT-SPI as a screen reader does. Runs in the session that the
window belongs to. STEPS are JSON: lists of a verb and its words, done one after the other; VERBS are the functions below.
Prints, as JSON, whether the switch is on that the last step asked about.
"""

import json
import sys

import accessibility
from accessibility import Atspi, Role
from waiting import wait

PATIENCE_S = 20
"""For each step: the helper proves a resolver before it takes one, and the machine may be busy."""


def kind(role):
    """AT-SPI's role, from its words."""
    return getattr(Role, role.upper().replace(" ", "_"))


def see(role, name):
    """The widget, once it can be seen."""
    return wait(lambda: accessibility.find(kind(role), name), f"a {role} named {name!r}", PATIENCE_S)


def gone(role, name):
    wait(lambda: accessibility.find(kind(role), name) is None, f"the {role} named {name!r} to go", PATIENCE_S)


def press(role, name):
    node = see(role, name)
    wait(lambda: accessibility.is_sensitive(node), f"{name!r} to be ready to be pressed", PATIENCE_S)
    accessibility.press(node)


def write(field, text):
    accessibility.type_text(see("text", field), text)


def is_on(switch):
    return accessibility.is_checked(see("toggle button", switch))


def says(row, words):
    """The smaller text of a list's row."""
    node = see("list item", row)
    wait(lambda: node.get_description() == words, f"the row {row!r} to say {words!r}", PATIENCE_S)


def lists(table, title, text):
    """In a table, below that title."""
    def texts():
        grid = accessibility.find(Role.TREE_TABLE, table) or accessibility.find(Role.TABLE, table)
        titles = [Atspi.Table.get_column_description(grid, number) for number in range(Atspi.Table.get_n_columns(grid))]
        return [Atspi.Table.get_accessible_at(grid, row, titles.index(title)).get_name()
                for row in range(Atspi.Table.get_n_rows(grid))]
    wait(lambda: text in texts(), f"{text!r} among the {table!r}", PATIENCE_S)


VERBS = {verb.__name__: verb for verb in (see, gone, press, write, is_on, says, lists)}


def readable():
    """What somebody at the screen reads, to be told when it is not what was waited for."""
    nodes = [node for role in (Role.LABEL, Role.LIST_ITEM, Role.TABLE_CELL) for node in accessibility.find_all(role)]
    return [text for node in nodes for text in (node.get_name(), node.get_description()) if text]


def main():
    found = None
    try:
        for verb, *words in json.loads(sys.argv[1]):
            found = VERBS[verb](*words)
    except AssertionError as error:
        sys.exit(f"{error}; the window has {readable()}")
    print(json.dumps(found if isinstance(found, bool) else None))


if __name__ == "__main__":
    main()
