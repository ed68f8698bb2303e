"""XAES-256-GCM (c2sp.org/XAES-256-GCM), from AES and AES-GCM."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK = 16


def encrypt_block(key: bytes, block: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b))


def derive(key: bytes, nonce: bytes) -> bytes:
    """The key that seals under this nonce: CMAC of two blocks (NIST SP 800-108r1)."""
    left = int.from_bytes(encrypt_block(key, bytes(BLOCK)), "big") << 1
    if left >> 128:
        left = (left & (2**128 - 1)) ^ 0x87
    k1 = left.to_bytes(BLOCK, "big")
    return b"".join(encrypt_block(key, xor(bytes([0, i, 0x58, 0]) + nonce[:12], k1)) for i in (1, 2))


def open_sealed(key: bytes, nonce: bytes, sealed: bytes, bound: bytes):
    """The plaintext of ciphertext and tag, or None where it does not open."""
    try:
        return AESGCM(derive(key, nonce)).decrypt(nonce[12:], sealed, bound)
    except InvalidTag:
        return None
