#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# boot-hold set|clear: if protection is to be on, have NetworkManager start with our address as the DNS of all links
# (NetworkManager.conf(5), "global-dns-domain"); and the end of that. Run as root by sotto-boot.service: the helper's user may
# not write there.
set -eu
file=/run/NetworkManager/conf.d/90-sotto.conf

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
