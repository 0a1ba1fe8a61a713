# SPDX-License-Identifier: GPL-3.0-or-later
"""The window as a screen reader sees it, over AT-SPI. Widgets are found by Collection.GetMatches, one round trip a
window: walking the tree of a list of some hundred rows takes thousands."""
import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

from waiting import wait  # noqa: E402

Role = Atspi.Role
Atspi.init()


program = "sotto"  # whose windows are meant; test_signin.py looks at another one's


def find_application():
    name = program
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child is not None and child.get_name() in (name, name.capitalize()) and child.get_child_count() > 0:
            return child
    return None


def application():
    return wait(find_application, "the window on the accessibility bus")


def find_all(role, name=None, showing=True):
    """Every widget of the role, in any window, with exactly that name where one is given."""
    root = find_application()
    if root is None:
        return []
    states = Atspi.StateSet.new([Atspi.StateType.SHOWING] if showing else [])
    rule = Atspi.MatchRule.new(states, Atspi.CollectionMatchType.ALL, {}, Atspi.CollectionMatchType.ALL, [role],
                               Atspi.CollectionMatchType.ANY, [], Atspi.CollectionMatchType.ALL, False)
    found = []
    for index in range(root.get_child_count()):
        window = root.get_child_at_index(index)
        if window is None:
            continue
        found += window.get_matches(rule, Atspi.CollectionSortOrder.CANONICAL, 0, True)
    return [node for node in found if name is None or node.get_name() == name]


def find(role, name=None, showing=True):
    return next(iter(find_all(role, name, showing)), None)


def get(role, name=None):
    return wait(lambda: find(role, name), f"a {role.value_nick} named {name!r}")


def get_row(title, detail):
    """A row of a list, by its title and the smaller text below it."""
    def matching():
        return next((node for node in find_all(Role.LIST_ITEM, title) if node.get_description() == detail), None)
    return wait(matching, f"a row {title!r} with {detail!r}")


def gone(role, name=None):
    wait(lambda: find(role, name) is None, f"the {role.value_nick} named {name!r} to go")


def press(node):
    """Does the widget's own action, as assistive technology would."""
    assert node.get_n_actions() > 0, f"{node.get_name()!r} offers no action"
    assert node.do_action(0), f"{node.get_name()!r} refused its action"


def is_sensitive(node):
    return node.get_state_set().contains(Atspi.StateType.SENSITIVE)


def is_checked(node):
    return node.get_state_set().contains(Atspi.StateType.CHECKED)


def choose_policy(network, entry):
    """Opens the menu of what is done on a network, and chooses from it."""
    start = f"What Sotto does on {network}: "
    press(wait(lambda: next((node for node in find_all(Role.TOGGLE_BUTTON, showing=False) if node.get_name().startswith(start)),
                            None), f"the choice of {network}"))
    press(get(Role.RADIO_BUTTON, entry))


def type_text(entry, text):
    Atspi.EditableText.set_text_contents(entry, text)


def text_of(role):
    """The names of all widgets of a role that can be seen."""
    return [node.get_name() for node in find_all(role)]
