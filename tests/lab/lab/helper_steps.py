# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of scenarios (steps.py): what happens to the helper, and to the laptop as a whole."""

from .install import install
from .process import wait_for
from .steps import promise_nothing, step


@step("kill-helper")
def kill_helper(stage):
    """As a crash would. With systemd another one comes at once, without it none."""
    stage.watching.bank()
    if not stage.systemd:
        stage.helper.kill()
        return
    old = stage.sotto.pid
    stage.sotto.systemctl("kill", "--signal=KILL", "--kill-who=main", "sotto.service")
    stage.sotto.wait_running(other_than=old)


@step("stop-helper")
def stop_helper(stage):
    """In order; what is promised then is the network's own DNS."""
    promise_nothing(stage)
    if stage.watching:
        stage.watching.bank()
    if stage.systemd:
        stage.sotto.systemctl("stop", "sotto.service")
    else:
        assert stage.helper.stop() == 0


@step("start-helper")
def start_helper(stage):
    if stage.systemd:
        stage.sotto.systemctl("start", "sotto.service")
    else:
        stage.helper.start()


@step("freeze-helper")
def freeze_helper(stage, watchdog_s):
    """It hangs; systemd's watchdog is made as short as that before, which takes a restart."""
    stage.watching.bank()
    stage.sotto.drop_in(f"[Service]\nWatchdogSec={watchdog_s}\nTimeoutAbortSec=1\n")
    stage.sotto.systemctl("restart", "sotto.service")
    wait_for("protection", stage.sotto.is_on, 5)
    stage.watching.bank()
    old = stage.sotto.pid
    stage.run("kill", "-STOP", old)
    stage.sotto.wait_running(other_than=old)


@step("upgrade")
def upgrade(stage):
    """What a package does: its files in the place of the old ones, under the running program, then a restart."""
    old = stage.sotto.pid
    install(stage.boot.root)
    stage.sotto.systemctl("daemon-reload")
    stage.watching.bank()
    stage.sotto.systemctl("restart", "sotto.service")
    stage.sotto.wait_running(other_than=old)


@step("uninstall")
def uninstall(stage):
    """What a package does on removal: stop the unit, take the files away."""
    promise_nothing(stage)
    stage.watching.bank()
    stage.sotto.systemctl("disable", "--now", "sotto.service")
    stage.run("sh", "-c", "rm -r /usr/sbin/sottod /usr/bin/sotto* /usr/libexec/sotto /lib/systemd/system/sotto*"
                          " /usr/lib/NetworkManager/dispatcher.d/90-sotto /etc/sotto /var/lib/sotto")
    stage.sotto.systemctl("daemon-reload")


@step("power-off")
def power_off(stage):
    stage.watching.bank()
    stage.boot.halt()


@step("power-on")
def power_on(stage):
    stage.power_on()
