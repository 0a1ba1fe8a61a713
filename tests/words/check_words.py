#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_words.py shape|whole: what every file in po/ must be, and, for those that are released, which is to be named in
LINGUAS, that nothing is missing. Says so in TAP."""
import gettext
import html
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
PO = ROOT / "po"
PLURAL_FORMS = {"ar": 6, "de": 2, "es": 2, "fr": 2, "ja": 1, "pt_BR": 2, "ru": 3, "zh_CN": 1}
UI_LABEL = re.compile(r'translatable="yes"[^>]*>([^<]*_\w[^<]*)<')  # with a mnemonic
ROW_LABEL = re.compile(r'N_\("([^"]*_\w[^"]*)"\)')
MENU_LABEL = re.compile(r'\b_\("([^"]*_\w[^"]*)"\)')
FROM_THE_RIGHT = {"ar"}
MARK = "\u200f"  # RIGHT-TO-LEFT MARK
DATE_PARTS = "aAbBdeHIMmpyY%"


class Failed(Exception):
    """What is wrong, a line for each thing."""


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        raise Failed(done.stderr)
    return done.stdout + done.stderr


def expect(troubles):
    if troubles:
        raise Failed("\n".join(troubles))


# --- the sources ---

def check_list_of_sources():
    found = run(PO / "sources").split()
    listed = (PO / "POTFILES.in").read_text(encoding="utf-8").split()
    missing = [f"{name} is not in POTFILES.in; ./dev words puts it there" for name in found if name not in listed]
    expect(missing + [f"{name} in POTFILES.in has no words" for name in listed if name not in found])


def check_template(fresh):
    if fresh.read_bytes() != (PO / "sotto.pot").read_bytes():
        raise Failed("po/sotto.pot is not of these sources; ./dev words makes it")


def check_wording():
    """What app/client/wording_table.c expects of the service is what the service says."""
    def literals(text):
        joined = re.sub(r'"\s*\n?\s*"', "", text)
        return re.findall(r'"((?:[^"\\\n]|\\.)*)"', joined)
    said = "\n".join(text for path in sorted((ROOT / "daemon").rglob("*.[ch]"))
                     for text in literals(re.sub(r'"\s*PRIu64\s*"', "u", re.sub(r'"\s*(TUN_NAME|STUB_FILE)\s*"', "%s",
                                                                             path.read_text(encoding="utf-8")))))
    said = re.sub(r"%(\d*[a-z]+)", "%s", said)
    table = (ROOT / "app/client/wording_table.c").read_text(encoding="utf-8")
    table = re.sub(r"/\*.*?\*/", "", table, flags=re.DOTALL)
    unknown = []
    for sentence in literals(table[table.index("wording_sentences"):]):
        pieces = [piece.strip() for piece in re.split(r"%s", sentence) if len(piece.strip(" .;,()")) > 3]
        unknown += [f"no source of the service says {piece!r}" for piece in pieces if piece not in said]
    expect(unknown)


# --- a language ---

def compile_language(po, folder):
    """With gettext's own checks: placeholders, plural forms, line ends, one mnemonic where there is one in English."""
    mo = folder / f"{po.stem}.mo"
    run("msgfmt", "--check", "--check-accelerators=_", f"--output-file={mo}", po)
    return mo


def read(mo):
    """{(message, plural form): translation}, messages without their context."""
    with mo.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    pairs = {}
    for key, translation in catalogue.items():
        message, form = key if isinstance(key, tuple) else (key, 0)
        pairs[(message.rpartition("\4")[2], form)] = translation
    return {key: translation for key, translation in pairs.items() if key[0]}


def check_whole(po, fresh, folder):
    merged = folder / f"{po.stem}.merged"
    run("msgmerge", "--quiet", "--no-fuzzy-matching", f"--output-file={merged}", po, fresh)
    untranslated = run("msgattrib", "--untranslated", "--no-obsolete", "--no-wrap", merged)
    fuzzy = run("msgattrib", "--only-fuzzy", "--no-obsolete", "--no-wrap", merged)
    expect([f"not translated: {text}" for text in re.findall(r"^msgid (\".+\")$", untranslated, re.MULTILINE)] +
           [f"fuzzy: {text}" for text in re.findall(r"^msgid (\".+\")$", fuzzy, re.MULTILINE)])


def check_plural_forms(po):
    header = re.search(r"Plural-Forms: nplurals=(\d)", po.read_text(encoding="utf-8"))
    count = header and int(header.group(1))
    if count != PLURAL_FORMS.get(po.stem, count):
        raise Failed(f"{count} plural forms, not {PLURAL_FORMS[po.stem]}")


def check_shape(pairs):
    """What gettext does not look at."""
    troubles = []
    for (message, _form), translation in pairs.items():
        plain = re.sub(r"\(_\w\)", "", translation)
        if message.endswith("…") and not plain.rstrip().endswith("…"):
            troubles.append(f"loses its “…”: {translation!r} for {message!r}")
        if message.endswith(";") and not translation.endswith(";"):
            troubles.append(f"does not end with a semicolon: {translation!r}")
        if message[:1].isspace() != translation[:1].isspace() or message[-1:].isspace() != translation[-1:].isspace():
            troubles.append(f"begins or ends with another space: {translation!r} for {message!r}")
        if "%-d" in message and re.search(rf"%-?[^{DATE_PARTS}-]", translation):
            troubles.append(f"is no date: {translation!r}")
    expect(troubles)


def lacks_mark(translation):
    """Whether a line would be laid out from the left since it begins with a name, or may: what %s stands for."""
    letters = [character for character in re.sub(r"%(\d\$)?s", "A", re.sub(r"_|%[.0-9]*[a-z%]", lambda found:
               found.group() if found.group() == "%s" else "", translation)) if character == MARK or
               unicodedata.bidirectional(character) in ("L", "R", "AL")]
    mixed = any(unicodedata.bidirectional(letter) == "AL" for letter in letters)
    return mixed and unicodedata.bidirectional(letters[0]) == "L" and not translation.endswith(";")


def check_direction(pairs):
    expect([f"begins from the left; put U+200F before it: {translation!r}" for translation in pairs.values()
            if lacks_mark(translation)])


# --- mnemonics ---

def groups():
    """Labels with mnemonics that can be seen together, by where that is."""
    found = {}
    for path in (ROOT / "ui").glob("*.ui"):
        text = path.read_text(encoding="utf-8")
        menus = "".join(re.findall(r"<menu .*?</menu>", text, re.DOTALL))
        for place, part in ((path.name, text.replace(menus, "") if menus else text), (f"the menu of {path.name}", menus)):
            found[place] = [html.unescape(label) for label in UI_LABEL.findall(part)]
    rows = (ROOT / "app/tray/presentation.c").read_text(encoding="utf-8")
    macros = dict(re.findall(r'#define (\w+) +N_\("([^"]+)"\)', rows))
    menu = [label for label in MENU_LABEL.findall((ROOT / "app/tray/menu.c").read_text(encoding="utf-8"))
            if label not in ("_Automatic — fastest nearby", "_More Resolvers…", "For _5 Minutes", "For _30 Minutes", "_Quit",
                             "_Pause", "Res_ume Now — resumes at %s")]
    of_a_state = {"FACE_ON": ["_Pause"], "FACE_PAUSED": ["Res_ume Now — resumes at %s"]}
    for face, row in re.findall(r"\[(FACE_\w+)\] = \{(.*?)TIMED_", rows, re.DOTALL):
        choices = ROW_LABEL.findall(row) + [label for macro, label in macros.items() if re.search(rf"\b{macro}\b", row)]
        found[f"the menu in {face}"] = choices + menu + of_a_state.get(face, [])
        found[f"the page in {face}"] = choices + found["status-page.ui"]
    return found


def mnemonic(label):
    letter = re.search(r"_(\w)", label)
    return letter and letter.group(1).casefold()


def clashes(labels, translate):
    for one, other in itertools.combinations(sorted(set(labels)), 2):
        letters = mnemonic(translate(one)), mnemonic(translate(other))
        if letters[0] is not None and letters[0] == letters[1] and mnemonic(one) != mnemonic(other):
            yield f"{translate(one)!r} and {translate(other)!r} have the same mnemonic"


def check_mnemonics(pairs):
    expect([f"in {place}: {clash}" for place, labels in groups().items()
            for clash in clashes(labels, lambda label: pairs.get((label, 0), label))])


# --- all ---

def released():
    return re.sub(r"#.*", "", (PO / "LINGUAS").read_text(encoding="utf-8")).split()


def shape(folder):
    """Names, and what to call."""
    yield "every source with words is listed", check_list_of_sources
    yield "the service says what is translated for it", check_wording
    for po in sorted(PO.glob("*.po")):
        yield f"{po.stem} compiles", lambda po=po: compile_language(po, folder)
        yield f"{po.stem} has its plural forms", lambda po=po: check_plural_forms(po)
        yield f"{po.stem} keeps the shape of messages", lambda po=po: check_shape(read(compile_language(po, folder)))
        if po.stem in FROM_THE_RIGHT:
            yield f"{po.stem} begins from the right", lambda po=po: check_direction(read(compile_language(po, folder)))
        yield f"{po.stem} has no mnemonic twice", lambda po=po: check_mnemonics(read(compile_language(po, folder)))
    for language in released():
        yield f"{language} is there", lambda language=language: expect([] if (PO / f"{language}.po").exists() else ["no file"])


def whole(folder):
    fresh = folder / "fresh.pot"
    run(PO / "extract", fresh)
    yield "the template is of these sources", lambda: check_template(fresh)
    for language in released():
        yield f"{language} is whole", lambda po=PO / f"{language}.po": check_whole(po, fresh, folder)


def main():
    number, code = 0, 0
    checks = {"shape": shape, "whole": whole}[sys.argv[1]]
    with tempfile.TemporaryDirectory(prefix="sotto-words-") as name:
        for number, (title, check) in enumerate(checks(pathlib.Path(name)), 1):
            try:
                check()
                print(f"ok {number} {title}")
            except Failed as failure:
                code = 1
                print(f"not ok {number} {title}")
                print("\n".join(f"# {line}" for line in str(failure).splitlines()))
    print(f"1..{number}")
    return code


if __name__ == "__main__":
    sys.exit(main())
