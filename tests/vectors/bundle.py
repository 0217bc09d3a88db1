#!/usr/bin/env python3
"""Prints tests/vectors/bundle.txt, computed without any code of the daemon.

A bundle to central and an answer, byte by byte as docs/internals/bundle.md says: Noise X
written out here from the specification on python3-cryptography's X25519 and ChaCha20-Poly1305
and hashlib's BLAKE2b; messages are `protoc --encode` of proto/session.proto. Run from the
repository root:

    python3 tests/vectors/bundle.py > tests/vectors/bundle.txt
"""
import hashlib
import hmac
import subprocess

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
HELLO, WELCOME, FRAME, END = 1, 2, 3, 4


def run_of(start, count):
    return bytes((start + i) & 0xFF for i in range(count))


def public_of(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(*RAW)


def dh(secret, public):
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


def blake(size, data):
    return hashlib.blake2b(data, digest_size=size).digest()


def hash_hmac(key, data):
    return hmac.new(key, data, lambda d=b"": hashlib.blake2b(d)).digest()


def hkdf(ck, material):
    temp = hash_hmac(ck, material)
    one = hash_hmac(temp, b"\x01")
    return one, hash_hmac(temp, one + b"\x02")


def encode(message, text):
    return subprocess.run(["protoc", "-Iproto", f"--encode=jalka.{message}", "session.proto"], input=text.encode(),
                          stdout=subprocess.PIPE, check=True).stdout


def escaped(data):
    return '"' + "".join("\\x%02x" % b for b in data) + '"'


def plain_of(control):
    """Length of the control part, control part, zeros up to 64."""
    plain = len(control).to_bytes(2, "little") + control
    return plain + bytes(-len(plain) % 64)


class Cipher:
    def __init__(self, key):
        self.key, self.n = key, 0

    def seal(self, plain, ad=b""):
        nonce = bytes(4) + self.n.to_bytes(8, "little")
        self.n += 1
        return ChaCha20Poly1305(self.key[:32]).encrypt(nonce, plain, ad)


def noise_x(prologue, s, rs, e, payload):
    """Noise_X_25519_ChaChaPoly_BLAKE2b: the one message, and the cipher after Split."""
    h = b"Noise_X_25519_ChaChaPoly_BLAKE2b".ljust(64, b"\0")
    ck = h

    def mix(data):
        return blake(64, h + data)
    h = mix(prologue)
    h = mix(rs)
    message = public_of(e)
    h = mix(message)
    ck, k = hkdf(ck, dh(e, rs))                            # es
    sealed = Cipher(k).seal(public_of(s), h)               # s
    h = mix(sealed)
    message += sealed
    ck, k = hkdf(ck, dh(s, rs))                            # ss
    sealed = Cipher(k).seal(payload, h)
    return message + sealed, Cipher(hkdf(ck, b"")[0])


def sized(data):
    return len(data).to_bytes(2, "little") + data


def bundle(kind, identity, s, rs, e, head, messages, signer):
    header = b"jalka-bundle-1" + bytes([kind, 0]) + rs[:16]
    first, cipher = noise_x(header + identity, s, rs, e, plain_of(head))
    file = header + sized(first)
    for number, control in messages:
        file += sized(cipher.seal(bytes([number]) + plain_of(control)))
    end = b""
    if signer is not None:
        end = encode("BundleEnd", "signature: " + escaped(signer.sign(b"jalka-bundle-1" + b"answer" + blake(32, file))))
    return file + sized(cipher.seal(bytes([END]) + plain_of(end)))


def put(name, value):
    print(name, value.hex())


print("# One value a line: name, hexadecimal bytes. Made by tests/vectors/bundle.py; its head says how.")
seed = run_of(0x10, 32)
signer = Ed25519PrivateKey.from_private_bytes(seed)
identity = signer.public_key().public_bytes(*RAW)
device, central, key, e = run_of(0x20, 32), run_of(0x40, 32), run_of(0x60, 32), run_of(0x80, 32)
epoch, central_epoch = run_of(0xA0, 16), run_of(0xC0, 16)
put("sign_seed", seed)
put("device_secret", device)
put("central_secret", central)
put("bundle_secret", key)
put("ephemeral", e)
put("epoch", epoch)
put("central_epoch", central_epoch)

hello = encode("Hello", f"epoch: {escaped(epoch)} cursor {{ epoch: {escaped(central_epoch)} order: 41 }} bundle_key: 7")
put("to_central", bundle(1, identity, device, public_of(key), e, encode("BundleHead", "time_ms: 1795352900000"),
                         [(HELLO, hello), (FRAME, encode("Frame", "bye: true"))], None))

head = encode("BundleHead", f"time_ms: 1795352900001 answers: {escaped(run_of(1, 16))} epoch: {escaped(epoch)} "
                            "from { order: 41 } at_order: 43")
welcome = encode("Welcome", f"time_ms: 1795352900001 central_epoch: {escaped(central_epoch)} safe_order: 12")
put("to_device", bundle(2, identity, central, public_of(device), e, head,
                        [(WELCOME, welcome), (FRAME, encode("Frame", "pull { to: 43 }"))], signer))

body = encode("BundleKeyBody", f"key: {escaped(public_of(key))} made_ms: 1795352800000")
put("key_body", body)
put("key_signature", signer.sign(b"jalka-bundle-1" + body))
