#!/usr/bin/env python3
"""Prints tests/vectors/derivations.txt, computed without any code of the daemon.

Hashes are hashlib.blake2b's, HMAC is hmac's, signatures are Ed25519 of
python3-cryptography, encoded deltas are `protoc --encode` of proto/delta.proto.
The formulas are those of docs/architecture.md (rule P10), written out here a
second time. Run from the repository root:

    python3 tests/vectors/derivations.py > tests/vectors/derivations.txt
"""
import hashlib
import hmac
import subprocess

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def run_of(start, count):
    return bytes((start + i) & 0xFF for i in range(count))


def u64(n):
    return n.to_bytes(8, "little")


def blake(size, *parts, key=b""):
    return hashlib.blake2b(b"".join(parts), digest_size=size, key=key).digest()


def encode(text):
    return subprocess.run(
        ["protoc", "-Iproto", "--encode=jalka.Delta", "delta.proto"],
        input=text.encode(), stdout=subprocess.PIPE, check=True).stdout


def escaped(data):
    return '"' + "".join("\\x%02x" % b for b in data) + '"'


def put(name, value):
    print(name, value.hex() if isinstance(value, bytes) else value)


def note(text):
    print("\n#", text)


print("# One value a line: name, hexadecimal bytes (or decimal where the name ends in _n).")
print("# Made by tests/vectors/derivations.py; its head says how.")

note("inputs")
seed = run_of(0x10, 32)
signer = Ed25519PrivateKey.from_private_bytes(seed)
public = signer.public_key().public_bytes(
    serialization.Encoding.Raw, serialization.PublicFormat.Raw)
identity = run_of(0xC0, 32)
node, epoch = run_of(0x20, 16), run_of(0x40, 16)
author = node + epoch
secret = run_of(0x60, 32)
previous = run_of(0x80, 32)
seq = 0x0102030405060708
put("identity", identity)
put("node", node)
put("epoch", epoch)
put("secret", secret)
put("seq_n", str(seq))
put("previous_h", previous)
put("sign_seed", seed)
put("sign_public", public)

note("delta_chain_begin: from nothing, and going on from (seq, previous_h)")
put("chain_begin", blake(32, b"jalka-chain-1", identity, author, bytes(40)))
put("chain_continues", blake(32, b"jalka-chain-1", identity, author, u64(seq), previous))

note("golden bytes of proto/delta.proto: the least, and one with everything")
case_id, record_id, client = run_of(0x01, 16), run_of(0x31, 16), run_of(0x51, 16)
base_1, base_2, supersedes = run_of(0x71, 16), run_of(0x91, 16), run_of(0xB1, 16)
fields = bytes.fromhex("0a05416c69e4691001") + b"\x1a\x00"
least = encode(f"case_id: {escaped(case_id)} record_id: {escaped(record_id)} record_type: 1 stamp_ms: 1")
full = encode(f"""
case_id: {escaped(case_id)} record_id: {escaped(record_id)} record_type: 300
fields: {escaped(fields)} cleared: 4 cleared: 536870911 cleared: 128
base {{ epoch: {escaped(base_1)} order: 9223372036854775807 }} base {{ epoch: {escaped(base_2)} }}
stamp_ms: 1780000000123
opening {{ kind: 2 secret: {escaped(secret)} client_case: {escaped(client)} }}
envelope {{ event_at_ms: 1779999999000 signed: true author_role: 2 clock_state: 1 language: 3
  service_task: 4 law_regime: 5 retention_class: 6 schema_version: 7 supersedes: {escaped(supersedes)} }}""")
put("delta_least", least)
put("delta_fields", fields)
put("delta_full", full)

note("delta_salt, delta_digest (of delta_full), delta_link")
salt = blake(16, b"jalka-salt-1", author, u64(seq), key=secret)
digest = blake(32, b"jalka-delta-1", full, key=salt)
link = blake(32, b"jalka-link-1", previous, u64(seq), digest)
put("salt", salt)
put("digest", digest)
put("link", link)

note("delta_head_sign of (seq, link); delta_sign of a context and a message, each tag")
put("head", signer.sign(b"jalka-head-1" + identity + author + u64(seq) + link))
context, message = b"context", b"exact bytes"
put("context", context)
put("message", message)
for tag in ("receipt", "cert", "enrol", "deny", "erase", "bundle"):
    put("sign_" + tag, signer.sign(b"jalka-" + tag.encode() + b"-1" + context + message))

note("reserved case ids")
put("case_reference", blake(16, b"jalka-case-1", identity, b"reference"))
put("case_directory", blake(16, b"jalka-case-1", identity, b"directory"))
put("case_access", blake(16, b"jalka-case-1", identity, b"access", node))

note("handshake: header, MAC and prologue of IKpsk1 with 0x0123 bytes, and of XKpsk0 with 0x0060; words")
slot = run_of(0xE0, 16)
keys = run_of(0x05, 80)
mac_key = blake(32, b"jalka-mac-1", identity)
put("slot", slot)
put("keys", keys)
for name, header, covers in (("ikpsk1", bytes([1, 3, 0x23, 0x01]), 80), ("xkpsk0", bytes([1, 4, 0x60, 0x00]) + slot, 32),
                             ("cert", bytes([1, 1, 0, 0]) + slot, 0)):
    put("header_" + name, header)
    put("mac_" + name, blake(16, header, keys[:covers], key=mac_key))
    put("prologue_" + name, header + identity)
handshake_hash = run_of(0x33, 64)
words = blake(32, b"jalka-words-1", handshake_hash)[:8]
quints = []
for i in range(0, 8, 2):
    bits = words[i] << 8 | words[i + 1]
    quints.append("bdfghjklmnprstvz"[bits >> 12] + "aiou"[bits >> 10 & 3] + "bdfghjklmnprstvz"[bits >> 6 & 15]
                  + "aiou"[bits >> 4 & 3] + "bdfghjklmnprstvz"[bits & 15])
put("handshake_hash", handshake_hash)
put("words", "-".join(quints).encode())

note("noise_split: k1, k2 of HKDF(ck, empty, 3), and the resumption key of P1 from k3 and h")


def hash_hmac(key, data):
    return hmac.new(key, data, lambda d=b"": hashlib.blake2b(d)).digest()


ck = run_of(0xA5, 64)
temp = hash_hmac(ck, b"")
k1 = hash_hmac(temp, b"\x01")
k2 = hash_hmac(temp, k1 + b"\x02")
k3 = hash_hmac(temp, k2 + b"\x03")
put("ck", ck)
put("k1", k1[:32])
put("k2", k2[:32])
put("resumption", blake(32, b"jalka-resume-1", handshake_hash, key=k3[:32]))
