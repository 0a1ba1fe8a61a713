# SPDX-License-Identifier: GPL-3.0-or-later
#
# DIGEST install UID INSTALLATION <helper.tar: unpacks the helper that an app brings, and has it install itself. Root only. The app
# hands this text to the host's systemd as it stands (flatpak/README.md).
#
# By hand, from the folder it came in: sudo sh …/files/share/sotto/setup install UID. Payload and digest are then beside it.
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
unset LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH GLIBC_TUNABLES

if [ "$1" = install ]; then
    here=$(cd "$(dirname "$0")" && pwd)
    exec <"$here/helper.tar"
    installation=${here%/app/io.github.sottodns.Sotto/*}
    [ "$installation" != "$here" ] || installation=
    set -- "$(cat "$here/helper.digest")" install "${2:-${SUDO_UID:-}}" "$installation"
fi
digest=$1
shift

# What a power cut left of an earlier one.
find /usr/local/lib -maxdepth 1 -name '.sotto-setup.*' -mmin +60 -exec rm -rf {} + 2>/dev/null || :
if ! mkdir -p /usr/local/lib || ! folder=$(mktemp -d /usr/local/lib/.sotto-setup.XXXXXX); then
    echo 'Sotto keeps its service in /usr/local/lib, which cannot be written on this computer.' >&2
    exit 1
fi
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# A copy that nobody else can change between being looked at and being run.
cat >"$folder/helper.tar"
if ! echo "$digest  $folder/helper.tar" | sha256sum --check --status; then
    echo 'What arrived is not what the app meant to send; nothing was installed.' >&2
    exit 1
fi
tar --extract --no-same-owner --file="$folder/helper.tar" --directory="$folder"
rm "$folder/helper.tar"
! command -v restorecon >/dev/null || restorecon -R "$folder"
"$folder/tree/bin/ld.so" "$folder/tree/bin/sotto-setup" "$1" "$digest" "$2" "$3"
