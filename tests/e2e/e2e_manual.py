#!/usr/bin/python3
"""What jalkad says of itself in four places says the same: --help, jalkad(8),
jalka.conf(5) and what bash completes; and the pages are well formed."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import JALKAD, ROOT

MAN = os.path.join(ROOT, "docs/man")


def run(*arguments):
    done = subprocess.run([JALKAD, *arguments], capture_output=True, text=True, timeout=30, env={"PATH": "/usr/bin:/bin", "HOME": "/h"})
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def rendered(page):
    done = subprocess.run(["mandoc", "-Tutf8", "-Owidth=78", os.path.join(MAN, page)], capture_output=True, text=True, check=True)
    return re.sub(".\x08", "", done.stdout)


def help_options():
    """{role: {option: its value's word or None}}"""
    found, role = {}, "both"
    for line in run("--help").splitlines():
        if line in ("field:", "central:", "restore, drill:"):
            role = line[:-1]
        match = re.match(r"  --([a-z-]+)(?: ([A-Z][A-Za-z:|]*))?(\s|$)", line)
        if match:
            found.setdefault(role, {})[match[1]] = match[2]
    assert len(found["both"]) > 5 and len(found["field"]) > 1 and len(found["central"]) > 5, found
    return found


def the_page_tells_every_option_and_no_other(_):
    page = rendered("jalkad.8").replace("‐", "-")
    options = {name: value for of_role in help_options().values() for name, value in of_role.items()}
    heads = {m[1]: m[2] for m in re.finditer(r"^ {5,7}(?:-[hV], )?--([a-z-]+)(?: ([A-Z]+(?:[:|]\S+)?))?(?:$| +[A-Z][a-z])", page, re.M)}
    assert set(heads) == set(options), set(heads) ^ set(options)
    for name, value in options.items():
        assert heads[name] == value, (name, heads[name], value)


def every_key_of_the_configuration_is_told_and_no_other(_):
    page, options = rendered("jalka.conf.5").replace("‐", "-"), help_options()
    told, section = {}, None
    for line in page.splitlines():
        match = re.match(r"   \[([a-z]+)\]$", line)
        section = match[1] if match else section if not re.match(r"[A-Z]", line) else None
        key = re.match(r" {5,7}([a-z-]+) = \S+$", line)
        if section and key:
            told.setdefault(section, set()).add(key[1])
    held = {}
    for role, more in (("field", []), ("central", ["--dir", "/d", "--listen", "0.0.0.0:1"])):
        section = None
        for line in run(role, *more, "--config", "off", "--check-config").splitlines():
            match = re.match(r"\[([a-z]+)\]", line)
            section = match[1] if match else section
            key = re.match(r"(?:# )?([a-z-]+) (?:= |is not set)", line)
            if key:
                held.setdefault(section, set()).add(key[1])
    assert told == held, (told, held)
    once = re.search(r"What is done once \((.*?)\)", " ".join(page.split()))[1]
    without = {name for names in options.values() for name in names} - set().union(*held.values())
    assert set(re.findall(r"--([a-z-]+)", once)) == without - {"config", "check-config", "completion", "help", "version"}, (once, without)


def bash_completes_roles_options_and_words(_):
    script = run("--completion")

    def ask(*words):
        quoted = " ".join(f"'{w}'" for w in words)
        text = f'{script}\nCOMP_WORDS=(jalkad {quoted}); COMP_CWORD={len(words)}; _jalkad; echo "${{COMPREPLY[@]}}"\n'
        done = subprocess.run(["bash", "-u", "-c", text], capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr == "", done
        return done.stdout.split()
    options = help_options()
    assert ask("") == ["field", "central", "restore", "drill"] and ask("ce") == ["central"]
    assert set(ask("field", "--")) == {"--" + n for n in (*options["both"], *options["field"])}
    assert set(ask("central", "--")) == {"--" + n for n in (*options["both"], *options["central"])}
    assert ask("field", "--log-level", "d") == ["debug"] and ask("central", "--listen", "") == []
    assert MAN in ask("field", "--dir", MAN[:-1]) and not [w for w in ask("field", "--dir", MAN + "/") if w.endswith(".8")]


def the_pages_are_well_formed(_):
    pages = sorted(os.listdir(MAN))
    assert "jalkad.8" in pages and "jalka.1" in pages and "jalka.conf.5" in pages
    for page in pages:
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", os.path.join(MAN, page)], capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout == "", (page, done.stdout)


count = daemons.Count()
for fact in (the_page_tells_every_option_and_no_other, every_key_of_the_configuration_is_told_and_no_other,
             bash_completes_roles_options_and_words, the_pages_are_well_formed):
    count.run(fact, None)
count.finish("e2e_manual")
