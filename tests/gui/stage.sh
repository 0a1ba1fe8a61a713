# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Sourced by run and shot: a folder `work` of an ordinary user with all that a session needs, copied, since the
# source may lie where nobody else can read; `in_session COMMAND…` runs something in it, as that user. SOTTO_BUILD
# names the folder that holds the build `plain`; SOTTO_APP, where set, the program itself.
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
app=${SOTTO_APP:-${SOTTO_BUILD:-$source/build}/plain/app/tray/sotto}
[ -x "$app" ] || {
    echo "There is no $app; build it first." >&2
    exit 1
}

work=$(mktemp -d /tmp/sotto-gui.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tests" "$work/out" "$work/home/.local/share/icons"
cp "$source"/tests/gui/*.py "$source/tests/gui/session" "$work/tests/"
cp "$source/data/dbus/io.github.sottodns.Sotto1.xml" "$source/data/resolvers/resolvers.conf" "$app" "$work/"
cp -r "$source/data/desktop" "$source/data/screenshots" "$source/ui" "$work/"
cp "$source/data/dbus/io.github.sottodns.Sotto.service.in" "$source/app/tray/shortcuts.c" "$work/"
for module in late-bus right-to-left other-words frame-times; do
    built=${SOTTO_BUILD:-$source/build}/plain/tests/gui/$module.so
    [ ! -e "$built" ] || cp "$built" "$work/"
done
translations=$(dirname "$app")/../../po
[ ! -d "$translations" ] || cp -r "$translations" "$work/translations"
cp -r "$source/data/icons/hicolor" "$work/home/.local/share/icons/"
"$source/po/extract" "$work/sotto.pot"
cli=$(dirname "$app")/../cli/sottoctl
[ ! -x "$cli" ] || cp "$cli" "$work/"
export PYTHONDONTWRITEBYTECODE=1 SOTTO_APP=$work/sotto SOTTO_RESOLVERS=$work/resolvers.conf
# the sign-in window, where it was built
signin=$(dirname "$app")/../signin/sotto-signin
if [ -x "$signin" ]; then
    cp "$signin" "$work/"
    export SOTTO_SIGNIN_WINDOW=$work/sotto-signin
fi
export SOTTO_LATE_BUS=$work/late-bus.so SOTTO_RIGHT_TO_LEFT=$work/right-to-left.so SOTTO_OTHER_WORDS=$work/other-words.so
export SOTTO_FRAME_TIMES=$work/frame-times.so
export SOTTO_TEMPLATE=$work/sotto.pot SOTTO_CLI=$work/sottoctl
export SOTTO_DESKTOP=$work/desktop SOTTO_SCREENSHOTS=$work/screenshots SOTTO_UI=$work/ui SOTTO_SHORTCUTS=$work/shortcuts.c
export SOTTO_TRANSLATIONS=$work/translations SOTTO_BUS_SERVICE=$work/io.github.sottodns.Sotto.service.in
export SOTTO_CONTRACT=$work/io.github.sottodns.Sotto1.xml

as_user=()
if [ "$(id -u)" = 0 ]; then
    # an account that owns nothing; not nobody, who a sandbox takes for every user it does not know
    chown -R daemon "$work"
    as_user=(setpriv --reuid=daemon --regid=nogroup --clear-groups)
fi

in_session() {
    (cd "$work/tests" && "${as_user[@]}" ./session "$work" "$@")
}
