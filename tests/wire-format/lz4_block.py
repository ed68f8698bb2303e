"""Opens one LZ4 block (lz4_Block_format.md)."""

MIN_MATCH = 4


def decompress(block: bytes, wanted: int) -> bytes:
    """The `wanted` bytes that the block holds; ValueError where it holds anything else."""
    out = bytearray()
    at = 0
    while True:
        token, at = _byte(block, at)
        literals, at = _length(block, at, token >> 4)
        if literals > len(block) - at or literals > wanted - len(out):
            raise ValueError("literals reach too far")
        out += block[at : at + literals]
        at += literals
        if at == len(block):
            break  # The last sequence is literals alone.
        if len(block) - at < 2:
            raise ValueError("an offset is cut")
        offset = block[at] | block[at + 1] << 8
        matched, at = _length(block, at + 2, token & 15)
        matched += MIN_MATCH
        if offset == 0 or offset > len(out) or matched > wanted - len(out):
            raise ValueError("a match reaches too far")
        while matched > 0:  # A match may overlap what it makes.
            piece = out[len(out) - offset :][:matched]
            out += piece
            matched -= len(piece)
    if len(out) != wanted:
        raise ValueError("another length")
    return bytes(out)


def _byte(block: bytes, at: int) -> tuple:
    if at >= len(block):
        raise ValueError("the block ends within a sequence")
    return block[at], at + 1


def _length(block: bytes, at: int, nibble: int) -> tuple:
    length = nibble
    if nibble == 15:
        more = 255
        while more == 255:
            more, at = _byte(block, at)
            length += more
    return length, at
