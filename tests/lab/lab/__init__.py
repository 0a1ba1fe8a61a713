# SPDX-License-Identifier: GPL-3.0-or-later
"""The test network: a laptop in a hotel, the internet behind it, and the real programs of each.

Everything here runs inside the container that tests/lab/enter makes, so it may write where it likes.
"""
