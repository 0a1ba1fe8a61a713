# SPDX-License-Identifier: GPL-3.0-or-later
"""A language that nobody speaks: every message in brackets, and longer, as German or Russian are. What is shown without
brackets was not translated; what does not fit has no room for other languages."""
import os
import re
import subprocess

CODE = "xx"
BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
HEADER = r"s/nplurals=INTEGER; plural=EXPRESSION;/nplurals=2; plural=(n != 1);/"
FILTER = ["sed", "-z", "-e", r"s/^\n*/&⟦/", "-e", r"s/\n*$/ ~~~~⟧&/"]
WORD = re.compile(r"[^\W\d_]{2,}")


def install(folder):
    """Makes the catalogue of the template, below `folder`."""
    place = folder / CODE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with open(os.environ["SOTTO_TEMPLATE"], encoding="utf-8") as file:
        words = file.read()
    for command in (["sed", HEADER], ["msgen", "-"], ["msgfilter", "--keep-header", *FILTER],
                    ["msgfmt", f"--output-file={place / 'sotto.mo'}", "-"]):
        words = subprocess.run(command, input=words, capture_output=True, text=True, check=True).stdout


def environment(folder):
    """Of a program that is to speak it."""
    return {"LD_PRELOAD": os.environ["SOTTO_OTHER_WORDS"], "SOTTO_WORDS": str(folder), "LANGUAGE": CODE}


def untranslated(text, data=()):
    """Words outside all brackets. `data` are patterns of what is nobody's to translate: names, numbers with a unit."""
    while BRACKETS.search(text):
        text = BRACKETS.sub(" ", text)
    for pattern in data:
        text = re.sub(pattern, " ", text)
    return WORD.findall(text)
