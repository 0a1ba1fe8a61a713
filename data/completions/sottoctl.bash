# SPDX-License-Identifier: GPL-3.0-or-later
#
# Completion of sottoctl for bash. It asks sottoctl itself what may be typed, so that nothing is listed twice; ids come from
# the service, where one runs.

# What the help of these words offers: the first word of each line below a title, "  name PARAMETER   sentence".
_sottoctl_offers() {
    LC_ALL=C sottoctl "$@" --help 2>/dev/null | sed -n "$_sottoctl_pattern"
}

_sottoctl_ids() {
    LC_ALL=C sottoctl "$1" --json 2>/dev/null | sed -n 's/^ *"id" *: *"\([^"]*\)".*/\1/p'
}

# "name" comes before "own" in each rule.
_sottoctl_own_rules() {
    LC_ALL=C sottoctl rules --json 2>/dev/null |
        awk -F'"' '$2 == "name" { name = $4 } $2 == "own" && /true/ { print name }'
}

_sottoctl() {
    local word=${COMP_WORDS[COMP_CWORD]} command='' offered='' at
    local _sottoctl_pattern='s/^  \([a-z]*\) .*/\1/p'
    for ((at = 1; at < COMP_CWORD; at++)); do
        [[ ${COMP_WORDS[at]} == -* ]] || { command=${COMP_WORDS[at]}; break; }
    done
    if [[ $word == -* ]]; then
        _sottoctl_pattern='s/^ .*\(--[a-z-]*\).*/\1/p'
        offered=$(_sottoctl_offers ${command:+"$command"})
    else
        case $command in
        '') offered=$(_sottoctl_offers) ;;
        describe | favourite) offered=$(_sottoctl_ids resolvers) ;;
        relay)
            if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --for ]]; then
                offered=$(_sottoctl_ids resolvers)
            else
                offered="auto none $(_sottoctl_ids relays)"
            fi
            ;;
        use) offered="auto $(_sottoctl_ids resolvers)" ;;
        remove) offered=$(_sottoctl_ids resolvers) ;;
        networks)
            offered='protect ask leave-alone forget'
            ((COMP_CWORD == at + 1)) || offered=$(_sottoctl_ids networks)
            ;;
        rules)
            case $((COMP_CWORD - at)):${COMP_WORDS[at + 1]} in
            1:*) offered='list add remove files' ;;
            2:add) offered='block allow network forward' ;;
            2:remove) offered=$(_sottoctl_own_rules) ;;
            esac
            ;;
        log) offered='on off' ;;
        setup) offered='install remove' ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$word")
}

complete -F _sottoctl sottoctl
