/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of the service, as it says them. Those with %s stand before others that would match
 * the same words. A test looks each of them up in the sources of the service.
 */
#include "wording_private.h"

#include <glib/gi18n.h>

/* Found by their own words: here for translators, and for the test. */
const char *const wording_sentences[] = {
    /* why protection is as it is */
    N_("Another program changed your DNS settings."),
    N_("This machine's DNS settings do not lead to Sotto any more."),
    N_("There is no network connection."),
    N_("Looking for a way through…"),
    N_("The time to sign in is over, so everything is closed again."),
    N_("Neither NetworkManager nor systemd-resolved is running."),
    N_("NetworkManager is not running."),
    N_("NetworkManager did not change the DNS settings in time."),
    N_("Your computer's clock is wrong, so secure connections fail."),
    N_("Lookups of this machine's programs are not answered."),
    N_("Lookups of this machine's programs are answered by somebody else."),
    N_("The resolver refused the connection."),
    N_("The resolver cannot be reached from this network."),
    N_("The resolver did not answer in time."),
    N_("The resolver closed the connection."),
    N_("The answer does not fit the question."),
    N_("A secure connection to the resolver could not be made."),
    N_("The resolver's certificate is for another name."),
    N_("The resolver's certificate has expired."),
    N_("The resolver's certificate is not valid yet, or this computer's clock is wrong."),
    N_("The resolver's certificate is not from a trusted authority."),
    N_("The resolver's key is not the one that was pinned."),
    N_("The resolver's certificate is not signed by its provider."),
    N_("The resolver sent no certificate that can be used."),
    N_("Encryption or decryption failed."),
    N_("The resolver's own address could not be found."),
    N_("No resolver is set up that can be used."),
    N_("The resolver could not answer."),
    N_("The data does not follow its format."),
    N_("This kind of resolver or message is not supported."),
    N_("Too many lookups or connections at once."),
    N_("Something went wrong."),

    /* what a check finds */
    N_("Lookups are encrypted."),
    N_("Your VPN handles lookups."),
    N_("This network wants you to sign in first."),
    N_("This network blocks private lookups."),
    N_("Protection is not on yet."),
    N_("Protection is not on."),
    N_("What was chosen before could not be read, so protection is off. Turn it on again."),
    N_("What you chose"),
    N_("Lookups through the resolver"),
    N_("Lookups of this machine's programs"),
    N_("They reach Sotto and are answered."),
    N_("They wait until you have signed in; nothing goes out unprotected."),
    N_("They go to the network's own DNS."),
    N_("Lookups that leave in clear"),
    N_("Packets that leave cannot be watched on this machine."),
    N_("None was seen."),
    N_("No lookup of a program went around Sotto."),
    N_("This network's own names"),
    N_("Who answers"),
    N_("Nobody has answered yet."),
    N_("Nobody answers now."),
    N_("Attempts to answer for a resolver"),
    N_("None was seen on this network."),
    N_("Who answers this machine's programs"),
    N_("The names that would tell did not answer, so this is not known."),

    /* why something was refused */
    N_("Another change is under way."),
    N_("Protection is not on, so there is nothing to see."),
    N_("Protection is not on, so it cannot be paused."),
    N_("Protection is not paused."),
    N_("Protection was turned off meanwhile."),
    N_("A pause takes between one minute and one day."),
    N_("There is no network to leave."),
    N_("Your VPN handles lookups, so there is nothing to pause."),
    N_("What is done on new networks is “protect” or “ask”."),
    N_("The time without protection is between one minute and one day."),
    N_("This network has no DNS of its own to use."),
    N_("This network does not ask for a sign-in."),
    N_("Nobody is signing in now."),
    N_("The sign-in is over."),
    N_("Sotto is still looking for a way through; there is nothing to allow before that."),
    N_("Lookups go to this network's own DNS already, so there is nothing to allow."),
    N_("This network lets private lookups through, so there is nothing to allow."),
    N_("An administrator's password is needed for this."),
    N_("You may not do this."),
    N_("Only root may do this, since polkit is not running to ask."),
    N_("Only root may do this, since polkit does not decide."),
    N_("On this system only root may do this: its polkit cannot be told to ask for an "
       "administrator's password."),
    N_("On this system only the person who installed Sotto may do this."),
    N_("On this system this is for somebody who is logged in at the computer itself."),
    N_("No resolver is configured."),
    N_("This resolver is chosen now; choose another one first."),
    N_("That is not a name."),
    N_("That is an address; a rule is about a name."),
    N_("That is too long."),
    N_("Nothing is called by control characters."),
    N_("This program asks too much at once; try again in a moment."),
    N_("That is too long for a rule."),
    N_("That is too long for a list of servers."),
    N_("A rule is to block, to allow, to ask the network, or to forward."),
    N_("Only a rule that forwards has servers."),
    N_("A rule that forwards needs the servers to ask."),
    N_("That is not a type of record."),
    N_("The query log is off."),
    N_("Too many programs read the query log already."),
    N_("No network with this id is known."),
    N_("No list is set up."),
    N_("Lists are fetched through an encrypted resolver: turn on protection first."),
    N_("It is not fetched by itself on this network, where traffic may cost."),
    N_("This kind of stamp is not supported here."),
    N_("The stamp holds no IP address to connect to."),
    N_("This is not a whole, valid stamp."),
    N_("A resolver is described in one word, without spaces."),
    N_("There are five favourites already; remove one of them first."),
    N_("The last favourite stays, since the automatic choice is made among them."),
    N_("The helper is stopping."),

    /* Translators: after a list of programs: “and others”. */
    N_("others"),

    /* how a name would be answered */
    N_("This is this computer's own name."),
    N_("This name is about the resolver itself, which is Sotto."),
    N_("Names of this kind are nowhere in the DNS."),
    N_("This tells programs not to bypass this computer's DNS."),
    N_("This is a local name, and a resolver on the internet is not asked."),
    N_("This is the reverse of a private address, and a resolver on the internet is not asked."),
    N_("This is a local name by LocalNames= in the settings."),
    N_("Questions of this type are not forwarded."),
    N_("Sotto answers questions of this type itself."),
    N_("No rule is about it."),
    N_("By your rule this name is asked of the network's own DNS alone, and there is none now."),
    N_("It is asked of this network's own DNS, unencrypted."),
    N_("This network translates IPv4 addresses: where the name has no IPv6 address, one is made of "
       "its IPv4 address."),
    N_("The cache has an answer, which leads over another name."),
    N_("The cache has no answer."),
    N_("The cache has an expired answer, which is used if no other comes."),
    N_("The cache has an expired answer, and asking failed a moment ago."),
    N_("Protection is off, or about to begin."),
    N_("Sotto answers nothing at the moment."),
};

const gsize wording_sentence_count = G_N_ELEMENTS(wording_sentences);

// clang-format off
#define ONE(text)         text, NULL
#define PLURAL(one, many) one, many

const WordingPattern wording_patterns[] = {
    /* Translators: %s is the name of a resolver, or a list of them. */
    {ONE(N_("Someone on this network tried to answer for %s. Sotto refused.")), WORDING_LIST},
    /* Translators: the %s are names of resolvers, and how often. */
    {ONE(N_("Somebody on this network tried to answer for %s. Sotto refused, %s times.")), WORDING_LIST},
    {ONE(N_("Somebody on this network tried to answer for %s. Sotto refused.")), WORDING_LIST},
    {PLURAL("%s forged answer came and was not believed.", "%s forged answers came and were not believed."), WORDING_PLAIN},
    {PLURAL("%s other", "%s others"), WORDING_PLAIN},
    /* Translators: %s is an error message. */
    {ONE(N_("NetworkManager refused to change the DNS settings: %s.")), WORDING_PLAIN},
    /* Translators: %s is the path of a file, then a command to type. */
    {ONE(N_("Another program keeps its own DNS servers in %s. Make it systemd-resolved's again as an administrator (sudo ln -sf %s), and turn protection on again.")), WORDING_PLAIN},
    {ONE(N_("Another program keeps its own DNS servers in %s. Quit it or turn its DNS off, and turn protection on again.")), WORDING_PLAIN},
    /* Translators: two paths of files, and the first one again in a command to type. */
    {ONE(N_("Another program made %s a link to %s. Remove the link as an administrator (sudo rm %s), and turn protection on again.")), WORDING_PLAIN},
    /* Translators: the path of a file, and the same again in a command to type. */
    {ONE(N_("The file %s is locked against changes. Unlock it as an administrator (sudo chattr -i %s), and turn protection on again.")), WORDING_PLAIN},
    /* Translators: %s is the name of another program's DNS server. */
    {ONE(N_("systemd-resolved was told to ask %s about every name, too. Undo that as an administrator (resolvectl shows it), and turn protection on again.")), WORDING_PLAIN},

    /* Translators: %s is an error message. */
    {ONE(N_("What is done on new networks could not be saved: %s.")), WORDING_PLAIN},
    /* Translators: %s is an error message. */
    {ONE(N_("It could not be saved and would be forgotten at a restart: %s.")), WORDING_PLAIN},

    /* Translators: a list such as “2 certificate requests and 1 name of a VPN”. */
    {ONE(N_("%s left in clear, as it may.")), WORDING_LIST},
    {ONE(N_("%s left in clear, as they may.")), WORDING_LIST},
    /* Translators: how many, and a list of programs. */
    {PLURAL("%s lookup of a program went around Sotto (%s).", "%s lookups of programs went around Sotto (%s)."), WORDING_LIST},
    {PLURAL("%s lookup of a program went around Sotto.", "%s lookups of programs went around Sotto."), WORDING_PLAIN},
    /* Translators: %s is the name of a user of this computer. */
    {ONE(N_("a program of %s")), WORDING_PLAIN},
    {PLURAL("%s certificate request", "%s certificate requests"), WORDING_PLAIN},
    {PLURAL("%s question for encrypted endpoints", "%s questions for encrypted endpoints"), WORDING_PLAIN},
    {PLURAL("%s name of this network", "%s names of this network"), WORDING_PLAIN},
    {PLURAL("%s name of a VPN", "%s names of a VPN"), WORDING_PLAIN},
    {PLURAL("%s check for a sign-in page", "%s checks for a sign-in page"), WORDING_PLAIN},
    {PLURAL("%s lookup of a sign-in", "%s lookups of a sign-in"), WORDING_PLAIN},
    {PLURAL("%s question for this network's IPv6 prefix", "%s questions for this network's IPv6 prefix"), WORDING_PLAIN},
    {PLURAL("%s lookup of a time server", "%s lookups of time servers"), WORDING_PLAIN},
    {PLURAL("%s lookup by your consent", "%s lookups by your consent"), WORDING_PLAIN},

    /* Translators: %s is a list of domain names. */
    {ONE(N_("Names in %s are asked of this network, unencrypted.")), WORDING_LIST},
    /* Translators: %s is an address. */
    {ONE(N_("The same resolver as Sotto's: its name servers are asked from %s.")), WORDING_PLAIN},
    /* Translators: two addresses. */
    {ONE(N_("The same resolver as Sotto's, which asks from more than one network: %s and %s.")), WORDING_PLAIN},
    /* Translators: the name of a resolver, and two addresses. */
    {ONE(N_("Somebody else than %s: name servers are asked from %s, not from %s.")), WORDING_PLAIN},
    /* Translators: the name that a resolver has for itself, such as fra1. */
    {ONE(N_("It calls itself %s.")), WORDING_PLAIN},
    /* Translators: %s is an address. */
    {ONE(N_("It asks name servers from %s.")), WORDING_PLAIN},

    /* Translators: a name of DNS, such as example.org. */
    {ONE(N_("Sotto answers %s itself.")), WORDING_PLAIN},
    /* Translators: a name of DNS; this stands where else a file and a line do. */
    {ONE(N_("your rule for %s")), WORDING_PLAIN},
    /* Translators: %s is where the rule stands: a file and a line, or a setting. */
    {ONE(N_("A rule blocks it: %s.")), WORDING_WORDS},
    {ONE(N_("A rule gives it another answer: %s.")), WORDING_PLAIN},
    {ONE(N_("A rule allows it, whatever others say: %s.")), WORDING_WORDS},
    {ONE(N_("A rule says whom to ask: %s.")), WORDING_WORDS},
    /* Translators: a name of DNS, and where the rule stands. */
    {ONE(N_("A rule looks up %s instead: %s.")), WORDING_PLAIN},
    {ONE(N_("%s is blocked by %s.")), WORDING_WORDS},
    {ONE(N_("%s is answered by %s.")), WORDING_PLAIN},
    {ONE(N_("So %s is looked up instead.")), WORDING_PLAIN},
    /* Translators: %s is a domain. */
    {ONE(N_("Names at and below %s go to servers of their own.")), WORDING_PLAIN},
    {PLURAL("The cache has an answer, for another %s second.", "The cache has an answer, for another %s seconds."), WORDING_PLAIN},
    /* Translators: a name of DNS. */
    {ONE(N_("The cache answers %s, with an expired answer.")), WORDING_PLAIN},
    {ONE(N_("The cache answers %s.")), WORDING_PLAIN},
    /* Translators: the name of a resolver, a protocol, and a number of milliseconds. */
    {ONE(N_("First is asked %s by %s, though it has failed of late.")), WORDING_PLAIN},
    {ONE(N_("First is asked %s by %s, which takes about %s ms.")), WORDING_PLAIN},
    {ONE(N_("First is asked %s by %s, not measured yet.")), WORDING_PLAIN},
    {ONE(N_("Then %s by %s, though it has failed of late.")), WORDING_PLAIN},
    {ONE(N_("Then %s by %s, which takes about %s ms.")), WORDING_PLAIN},
    {ONE(N_("Then %s by %s, not measured yet.")), WORDING_PLAIN},
    /* Translators: a name of DNS. */
    {ONE(N_("There is no resolver to ask for %s.")), WORDING_PLAIN},
    /* Translators: a name of DNS, and a protocol. */
    {ONE(N_("%s is asked of the servers for its domain, by %s.")), WORDING_PLAIN},
    /* Translators: a name of DNS, the id of a resolver, and a protocol. */
    {ONE(N_("%s is asked of %s, by %s.")), WORDING_PLAIN},

    /* Translators: what somebody typed as the name of a resolver. */
    {ONE(N_("No resolver is called \"%s\".")), WORDING_PLAIN},
    {ONE(N_("No relay is called \"%s\".")), WORDING_PLAIN},
    /* Translators: the names of a relay and of a resolver. */
    {ONE(N_("The relay \"%s\" carries none of the protocols of \"%s\".")), WORDING_PLAIN},
    {ONE(N_("No relay is known through which \"%s\" could be reached, and which is in other hands.")), WORDING_PLAIN},
    {ONE(N_("\"%s\" cannot be reached through a relay: relays carry Oblivious DoH, and DNSCrypt to providers whose names begin with \"2.dnscrypt-cert.\".")), WORDING_PLAIN},
    /* Translators: %s is an error message. */
    {ONE(N_("The choice could not be saved: %s.")), WORDING_PLAIN},
    {ONE(N_("None of your own resolvers is called \"%s\".")), WORDING_PLAIN},
    /* Translators: a name of DNS. */
    {ONE(N_("No rule of yours is about %s.")), WORDING_PLAIN},
    /* Translators: an ending of names, such as co.uk. */
    {ONE(N_("Many people's names end in %s: a rule for the network's own DNS is about one of them.")), WORDING_PLAIN},
    /* Translators: %s is a number, always the same. */
    {ONE(N_("There are %s rules of your own; remove one first.")), WORDING_PLAIN},
    /* Translators: %s is an error message. */
    {ONE(N_("Your rules could not be saved: %s.")), WORDING_PLAIN},
    /* Translators: a date. */
    {ONE(N_("Its list has given another key for it since %s.")), WORDING_PLAIN},
    {ONE(N_("The copy on disk cannot be used. %s")), WORDING_LIST},
    /* Translators: the name of a resolver. */
    {ONE(N_("%s answers.")), WORDING_PLAIN},
    /* Translators: the name of a resolver, and a protocol with its encryption. */
    {ONE(N_("%s, by %s.")), WORDING_PLAIN},
};
const gsize wording_pattern_count = G_N_ELEMENTS(wording_patterns);
// clang-format on
