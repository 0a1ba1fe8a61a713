# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop, its Wi-Fi and three places that offer one, in an emulated machine."""
