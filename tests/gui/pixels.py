# SPDX-License-Identifier: GPL-3.0-or-later
"""The screen's pixels, and how strongly two colours differ to the eye (WCAG 2.1, "contrast ratio")."""
import collections
import functools

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402, F401 (of these versions, for whoever imports this)


@functools.cache
def luminance(colour):
    """Relative luminance of an (r, g, b) of 0 to 255."""
    def linear(value):
        value /= 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    red, green, blue = map(linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """From 1, the same, to 21, black on white."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


class Picture:
    def __init__(self, width, height, stride, channels, data):
        self.size = width, height
        self.stride, self.channels, self.data = stride, channels, data

    @classmethod
    def of_screen(cls):
        root = Gdk.get_default_root_window()
        return cls.of_pixbuf(Gdk.pixbuf_get_from_window(root, 0, 0, root.get_width(), root.get_height()))

    @classmethod
    def of_pixbuf(cls, pixbuf):
        return cls(pixbuf.get_width(), pixbuf.get_height(), pixbuf.get_rowstride(), pixbuf.get_n_channels(),
                   pixbuf.get_pixels())

    def row(self, x, y, width):
        start = y * self.stride + x * self.channels
        return self.data[start:start + width * self.channels]

    def pixels(self, area):
        """(r, g, b) of each pixel of (x, y, width, height)."""
        x, y, width, height = area
        for line in range(y, y + height):
            row = self.row(x, line, width)
            for start in range(0, len(row), self.channels):
                yield tuple(row[start:start + 3])

    def holds(self, area):
        x, y, width, height = area
        return x >= 0 and y >= 0 and width > 0 and height > 0 and x + width <= self.size[0] and y + height <= self.size[1]

    def contrast_within(self, area):
        """Of what is drawn there, at its strongest, with its ground, the colour that most of it has."""
        counts = collections.Counter(self.pixels(area))
        ground = counts.most_common(1)[0][0]
        return max(contrast(colour, ground) for colour in counts)

    def blended(self, ground):
        """The colour of each pixel of a picture with an alpha channel, on that ground."""
        for start in range(0, self.stride * self.size[1], self.channels):
            red, green, blue, alpha = self.data[start:start + 4]
            yield tuple(round((part * alpha + behind * (255 - alpha)) / 255)
                        for part, behind in zip((red, green, blue), ground))

    def strongest_change(self, other, area):
        """The largest contrast of a pixel with the same one of the other picture."""
        x, y, width, height = area
        strongest = 1.0
        for line in range(y, y + height):
            mine, theirs = self.row(x, line, width), other.row(x, line, width)
            if mine == theirs:
                continue
            for start in range(0, len(mine), self.channels):
                one, two = tuple(mine[start:start + 3]), tuple(theirs[start:start + 3])
                if one != two:
                    strongest = max(strongest, contrast(one, two))
        return strongest
