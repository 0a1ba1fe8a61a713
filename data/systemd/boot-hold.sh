#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# boot-hold set|clear: if protection is to be on, have NetworkManager start with our address as the DNS of all links
# (NetworkManager.conf(5), "global-dns-domain"); and the end of that. Run as root by sotto-boot.service: the helper's user may
# not write there.
#
# boot-hold end: the helper has ended. Where the whole machine does, NetworkManager is gone already and /etc/resolv.conf goes on
# naming our address. What is still asked before the power is off would leave by the network's routes, in clear, as soon as our
# device has gone: from here on that address leads nowhere. Run as root by sotto.service.
set -eu
file=/run/NetworkManager/conf.d/90-sotto.conf

if [ "$1" = end ]; then
    [ "$(systemctl is-system-running)" = stopping ] || exit 0
    for family in -4 -6; do
        ip "$family" route show table local type local dev sotto0 | sed -n 's/^local \([0-9a-f.:]*\) .*/\1/p' |
            while read -r address; do ip "$family" route replace unreachable "$address"; done
    done
    exit
fi

if [ "$1" = clear ]; then
    [ -e "$file" ] || exit 0
    rm "$file"
    nmcli general reload conf || : # at shutdown it is gone already
    exit
fi

grep -qsx On=true /var/lib/sotto/state.conf || exit 0
address=$(ip route show table local type local dev sotto0 | sed -n 's/^local \([0-9.]*\) .*/\1/p' | head -n 1)
if [ -z "$address" ]; then
    echo '<4>the helper has claimed no address: for a moment lookups may leave in clear'
    exit
fi
mkdir -p "${file%/*}"
printf '[global-dns-domain-*]\nservers=%s\n' "$address" >"$file"
