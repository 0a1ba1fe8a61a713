#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# By NetworkManager's dispatcher, as root: our connection is up, so what sotto-boot.service set for the start may go.
[ "$1 $2" = 'sotto0 up' ] || exit 0
[ -d /run/systemd/system ] || exit 0
exec systemctl --no-block stop sotto-boot.service
