# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests of the Debian packages. Run with `./dev test debian`."""

pytest_plugins = ["lab.fixtures"]
