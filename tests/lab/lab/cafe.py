# SPDX-License-Identifier: GPL-3.0-or-later
"""The café next door, for those who roam: the same as the hotel, elsewhere."""

from .hotel import Hotel
from .topology import CAFE, CAFE_LIE, CAFE_OUTSIDE


class Cafe(Hotel):
    """Runs on the machine that Network.open_cafe() makes."""

    place, net, gateway, domain = "cafe", "100.64.20", CAFE, "cafe.test"
    lie, outside = CAFE_LIE, CAFE_OUTSIDE

    def __init__(self, network):
        network.open_cafe()
        super().__init__(network)
