#!/usr/bin/env python3
"""Looks for things that must not be readable in files that must be sealed.

Every needle (a name, a note, a phone number, an identity code) is looked for in
every file below the folders given, in UTF-8, UTF-16 (both ends), UTF-32, Latin-1,
hexadecimal and base64 (all three alignments), as it stands, in lower and upper
case, and as a search index would keep it: folded words, with and without their
diacritics. Needles below six bytes are passed over: in megabytes of
ciphertext they turn up by chance.

    bytescan.py NEEDLES_FILE FOLDER...     one needle a line
    bytescan.py --self-test                shows that it finds what is there

Prints what it found and ends with "bytescan: F files, B bytes, N needles, H hits".
Exit status 1 when there are hits.
"""
import base64
import os
import sys
import tempfile
import unicodedata

SHORTEST = 6


def plain_letters(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def spellings(text):
    forms = {text, text.lower(), text.upper(), plain_letters(text).lower(),
             unicodedata.normalize("NFD", text)}
    for word in text.split():
        folded = word.strip(".,:;!?()").lower()
        if len(folded.encode()) >= 8:
            forms |= {folded, plain_letters(folded)}
    return forms


def encodings(text):
    for codec in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "latin-1"):
        try:
            yield text.encode(codec)
        except UnicodeEncodeError:
            pass
    raw = text.encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        inner = coded[4 if shift else 0:len(coded) - 1]  # the edges mix with the neighbours
        if len(inner) >= 12:
            yield inner


def prepare(needles):
    by_start = {}
    for needle in needles:
        for form in spellings(needle):
            for coded in encodings(form):
                if len(coded) >= SHORTEST:
                    by_start.setdefault(coded[:SHORTEST], {})[coded] = needle
    return by_start


def scan_bytes(data, by_start):
    found = []
    for i in range(len(data) - SHORTEST + 1):
        forms = by_start.get(data[i:i + SHORTEST])
        if forms:
            for coded, needle in forms.items():
                if data.startswith(coded, i):
                    found.append((i, needle))
    return found


def scan(folders, needles):
    by_start = prepare(needles)
    files = total = 0
    hits = []
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(where, name)
                if not os.path.isfile(path):
                    continue
                with open(path, "rb") as f:
                    data = f.read()
                files += 1
                total += len(data)
                hits += [(path, at, needle) for at, needle in scan_bytes(data, by_start)]
    return files, total, hits


def self_test():
    """The scanner must find each spelling and encoding of what is there."""
    needle = "Asiakas kertoo, että lääkkeet loppuivat"
    forms = [needle.encode(), needle.encode("utf-16-le"), needle.encode("utf-16-be"), needle.encode("latin-1"),
             needle.encode().hex().encode(), b"x" + base64.b64encode(b"ab" + needle.encode() + b"cd"),
             "lääkkeet".encode(), b"laakkeet", "LÄÄKKEET LOPPUIVAT".lower().encode()]
    bad = 0
    for form in forms:
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "f"), "wb") as f:
                f.write(os.urandom(1000) + form + os.urandom(1000))
            bad += not scan([folder], [needle])[2]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "f"), "wb") as f:
            f.write(os.urandom(200000))
        bad += bool(scan([folder], [needle])[2])
    print(f"{len(forms) + 1 - bad} passed, {bad} failed")
    return 1 if bad else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as f:
        needles = [line.strip() for line in f if line.strip()]
    files, total, hits = scan(sys.argv[2:], needles)
    for path, at, needle in hits[:20]:
        print(f"readable: {path} at {at}: {needle[:40]}")
    print(f"bytescan: {files} files, {total} bytes, {len(needles)} needles, {len(hits)} hits")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
