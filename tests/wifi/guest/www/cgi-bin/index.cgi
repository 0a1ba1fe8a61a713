#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# index.cgi: the page that connectivity checks ask for. The time it tells is the internet's, not the laptop's: from when
# the machine was switched on it goes by the clock that nobody sets.
read -r up _ </proc/uptime
now=$(($(cat /run/air/switched-on) + ${up%.*}))
printf 'Content-Type: text/plain\r\nDate: %s\r\n\r\n' "$(date -u -d @$now '+%a, %d %b %Y %H:%M:%S GMT')"
echo 'NetworkManager is online'
