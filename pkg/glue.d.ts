
/** AES-256-GCM. Each answers whether it did it, changes nothing where it did not, never throws, and must not call the core. */
export interface LentCipher {
    /** Encrypts `bytes` in place, and writes the tag. */
    seal(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, bytes: Uint8Array, tag: Uint8Array): boolean;
    /** Decrypts ciphertext and tag. */
    open(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array, opened: Uint8Array): boolean;
}



/**
 * One region's codec. See [`RegionCodec`].
 */
export declare class CodecCore {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Adds a dictionary, which with `writes` is written with from now on; 0, or why not.
     */
    addDictionary(bytes: Uint8Array | number[], writes: boolean): number;
    /**
     * The same where only what an entry of an encrypted region is stored under is known:
     * that lies in the key buffer.
     */
    decodeStored(stored_length: number, envelope_length: number): number;
    /**
     * Opens the envelope in the value buffer; answers its serializer. Results: created,
     * fresh-until, stale-until, address and length of the payload, of the side block, and of
     * the key that was sealed in. With `checked`, the caller has found a plain one's checksum to be right.
     */
    decode(key_length: number, envelope_length: number, checked: boolean): number;
    /**
     * Puts a tombstone, to be kept until `until`, into the output; answers its length.
     */
    encodeTombstone(key_length: number, created: number, until: number): number;
    /**
     * Puts the envelope of the value into the output; answers its length. The side block lies
     * behind the value. With `hosted`, the caller writes a plain one's checksum.
     */
    encode(key_length: number, value_length: number, side_length: number, serializer: number, created: number, fresh_until: number, stale_until: number, hosted: boolean): number;
    /**
     * Puts what a host needs to seal a body into the output, whose side block lies in the value buffer;
     * answers 0, or why not. Results: the lengths of its four parts, see [`Frame`].
     */
    frame(key_length: number, side_length: number, serializer: number, compression: number, original_length: number, created: number, fresh_until: number, stale_until: number): number;
    /**
     * Whether the bytes in the value buffer look like noise: eight stretches of 128 are enough.
     */
    isNoise(length: number): boolean;
    /**
     * Whether the bytes in the value buffer are a side block.
     */
    isSide(length: number): boolean;
    /**
     * A region of plain entries. `compression` by its id, none for an unknown one;
     * `compress_above` in bytes, negative for never; `inflated` is the most that a payload may have
     * which is compressed.
     */
    static plain(region: string, compression: number, compress_above: number, inflated: number): CodecCore;
    /**
     * Puts the envelope of the same entry under the key that writes now into the output, for
     * the one in the value buffer, with what it is stored under in the key buffer; answers its
     * length, and 0 where it is sealed under that key already.
     */
    reseal(stored_length: number, envelope_length: number): number;
    /**
     * A region whose entries are sealed.
     */
    static sealed(region: string, compression: number, compress_above: number, inflated: number, keys: KeysCore): CodecCore;
    /**
     * Puts the stored key into the output; answers its length, 0 for a key beyond its buffer.
     */
    storedKey(key_length: number): number;
    /**
     * The same for the stored form of the tag that lies where keys do.
     */
    storedTag(tag_length: number): number;
    /**
     * Puts what a host needs to open an envelope into the output, whose first bytes lie in the value buffer;
     * answers its serializer, or why not. Results: as of `frame`, then created, fresh-until, stale-until,
     * the compression, and 1 where there is a side block.
     */
    unframe(key_length: number, length: number): number;
}

/**
 * The keys of encrypted regions. Wiped when it and all that share it are freed.
 */
export declare class KeysCore {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A ring: `ids[i]` names the 32 bytes at `32 * i` of `keys`, and `current` writes. The
     * copies of the secrets that JavaScript hands over are wiped. `cipher` seals and opens what is not small.
     */
    constructor(current: string, ids: string[], keys: Uint8Array | number[], index_secret: Uint8Array | number[], cipher: LentCipher);
}

/**
 * A live region's entries by slot. See [`LiveStore`].
 */
export declare class LiveCore {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The sum of the weights.
     */
    bytes(): number;
    /**
     * How many slots the tables have.
     */
    capacity(): number;
    /**
     * Where the deadlines are.
     */
    deadlinePointer(): number;
    /**
     * The slot of the one at `index` that left.
     */
    departedAt(index: number): number;
    /**
     * Takes out the entry that the policy chooses; answers its slot, or -1.
     */
    evictOne(): number;
    /**
     * Takes out what has expired, in so many steps at most; answers how many left.
     */
    expire(now: number, steps: number): number;
    /**
     * How many of those that left in the last call of insert, replace, expire or setLimits had
     * expired; they come first.
     */
    expired(): number;
    /**
     * The new entry's slot plus one, or 0 where it was refused, and 2^32 times how many left.
     * If one left and the entry was not refused, it has that one's slot. `fingerprint` is a
     * hash of its key.
     */
    insert(fingerprint: number, weight: number, deadline: number, now: number, tick: number): number;
    /**
     * An empty store. `Infinity` is no limit.
     */
    constructor(policy_number: number, favor_bytes: boolean, max_bytes: number, max_entries: number);
    /**
     * When there is something to expire next; `Infinity` is never.
     */
    nextExpiry(): number;
    /**
     * Lowers all ticks; answers the tick to go on with.
     */
    rebase(tick: number): number;
    /**
     * Whether the slot held an entry.
     */
    remove(slot: number): boolean;
    /**
     * 1 if the entry is there with its new weight, 0 if it is gone, and 2^32 times how many
     * others left.
     */
    replace(slot: number, weight: number, deadline: number, now: number, tick: number): number;
    /**
     * Moves a deadline; answers whether the slot holds an entry.
     */
    setDeadline(slot: number, deadline: number): boolean;
    /**
     * Sets other limits, and evicts at once what is too much; answers how many left.
     */
    setLimits(max_bytes: number, max_entries: number): number;
    /**
     * Moves all entries to another policy; answers how many left, as there was no memory.
     */
    setPolicy(policy_number: number, favor_bytes: boolean, tick: number): number;
    /**
     * How a hit marks its slot: 0 not at all, 1 with the tick, 2 by counting,
     * 3 with a bit, 4 with the tick times 16 and a count below.
     */
    touchKind(): number;
    /**
     * Where the touch words are.
     */
    touchPointer(): number;
    /**
     * Where the weights are; only those of slots with an entry mean something.
     */
    weightPointer(): number;
}

/**
 * The metrics of one cache. See [`Registry`].
 */
export declare class MetricsCore {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The number of a region, which is declared by asking.
     */
    declareRegion(name: string): number;
    /**
     * The number of a tier, which is declared by asking.
     */
    declareTier(name: string): number;
    /**
     * A registry of nothing yet.
     */
    constructor();
    /**
     * Counts the duration of a region's operation `weight` times, in microseconds.
     */
    recordRegion(number: number, operation: number, duration: number, weight: number): void;
    /**
     * Counts the duration of a tier's operation, in microseconds.
     */
    recordTier(number: number, operation: number, duration: number): void;
    /**
     * Starts every count anew.
     */
    reset(): void;
    /**
     * Sets what all regions together may weigh, in bytes.
     */
    setCeiling(bytes: number): void;
    /**
     * All figures as they are now, as plain objects.
     */
    snapshot(): any;
    /**
     * All figures in Prometheus' text format.
     */
    text(): string;
    /**
     * Sets a region's totals and gauges, in the order of their numbers.
     */
    updateRegion(number: number, totals: Float64Array | number[], gauges: Float64Array | number[]): void;
    /**
     * Sets a tier's totals, in the order of their numbers.
     */
    updateTier(number: number, totals: Float64Array | number[]): void;
}

/**
 * A packed region. See [`PackedRegion`]. Methods that take a codec work on entries, those
 * that begin with `raw` on bytes as they are.
 */
export declare class PackedCore {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The sum of the weights.
     */
    bytes(): number;
    /**
     * Takes out the entry that the policy chooses; answers whether there was one.
     */
    evictOne(): boolean;
    /**
     * Takes out what has expired, in so many steps at most; answers how many left.
     */
    expire(now: number, steps: number): number;
    /**
     * Stores the entry of the envelope in the value buffer; answers as `set`. With `opened`, the caller has
     * opened or made it just now.
     */
    fill(codec: CodecCore, key_length: number, envelope_length: number, fresh_until: number, checked_until: number, deadline: number, now: number, opened: boolean): number;
    /**
     * The serializer of the entry under the key, 0 where there is none, negative where it
     * does not open, 256 where its payload has `large` bytes or more and a host is faster at it.
     * Results: fresh-until, checked-until, the payload's address and length; those of the side
     * block from the eighth on, and last until when it is kept.
     */
    get(codec: CodecCore, key_length: number, now: number, large: number): number;
    /**
     * Whether there is an entry under the key.
     */
    has(codec: CodecCore, key_length: number, now: number): boolean;
    /**
     * Whether there is an entry whose payload has `large` bytes or more and a host is faster at; it is
     * not marked as used. Results: its deadline, address and length of its record.
     */
    large(codec: CodecCore, key_length: number, now: number, large: number): boolean;
    /**
     * How many entries there are.
     */
    len(): number;
    /**
     * An empty region. `Infinity` is no limit; with `notify` the keys that leave are told.
     */
    constructor(policy_number: number, favor_bytes: boolean, max_bytes: number, max_entries: number, notify: boolean);
    /**
     * When there is something to expire next; `Infinity` is never.
     */
    nextExpiry(): number;
    /**
     * The cursor behind the next entry at or after `cursor`, or -1 at the end. Results as of
     * `get`, then the key's address and length, then the serializer, 0 where this step has
     * no entry.
     */
    next(codec: CodecCore, cursor: number, now: number): number;
    /**
     * When the bytes under the key expire; -1 where there are none.
     */
    rawDeadline(key_length: number, now: number): number;
    /**
     * The tag of the bytes under the key, which is not 0; 0 where there are none. Results:
     * their address and length, their slot, how often it has changed, and when they expire.
     */
    rawGet(key_length: number, now: number): number;
    /**
     * The cursor behind the next entry at or after `cursor`, or -1 at the end. Results: the
     * address and length of its bytes, then of its key, then its deadline, then its tag.
     */
    rawNext(cursor: number): number;
    /**
     * As `rawGet`, without marking the entry as used.
     */
    rawPeek(key_length: number, now: number): number;
    /**
     * Removes the bytes under the key; answers whether there were any.
     */
    rawRemove(key_length: number, now: number): boolean;
    /**
     * Moves the deadline of the bytes under the key, which is no use of them; false where
     * there are none.
     */
    rawSetDeadline(key_length: number, deadline: number, now: number): boolean;
    /**
     * Stores the bytes in the value buffer with a tag, which is not 0: 1, or 0 where they
     * are too heavy or over, or -1 where there is no memory.
     */
    rawSet(key_length: number, value_length: number, tag: number, deadline: number, now: number): number;
    /**
     * Marks what `rawGet` found in a slot as used once more, if nothing has changed there since;
     * answers whether that is so.
     */
    rawUse(slot: number, changes: number): boolean;
    /**
     * Removes the entry; answers whether there was one.
     */
    remove(codec: CodecCore, key_length: number, now: number): boolean;
    /**
     * Sets other limits, and evicts at once what is too much.
     */
    setLimits(max_bytes: number, max_entries: number): void;
    /**
     * Moves all entries to another policy.
     */
    setPolicy(policy_number: number, favor_bytes: boolean): void;
    /**
     * Stores the value: 1, or 0 where it is too heavy, or negative where it was refused.
     * The side block lies behind the value. It is kept until `deadline`. Results: the length of the envelope in the output,
     * and of the record.
     */
    set(codec: CodecCore, key_length: number, value_length: number, side_length: number, serializer: number, created: number, fresh_until: number, stale_until: number, local_fresh_until: number, local_checked_until: number, deadline: number, now: number, wants_envelope: boolean): number;
    /**
     * Puts the next key that left in the last call into the output; answers its length, or
     * -1. The first result is 0 where it expired, 1 where it was evicted.
     */
    takeDeparted(): number;
}

/**
 * The stable name of a negative answer.
 */
declare function errorName(code: number): string;

/**
 * How many bytes there are for a key.
 */
declare function keyCapacity(): number;

/**
 * Where a key is to be written.
 */
declare function keyPointer(): number;

/**
 * Where the last output begins.
 */
declare function outPointer(): number;

/**
 * The message of the last panic; empty where there was none.
 */
declare function panicMessage(): string;

/**
 * Where the numbers of the last answer are.
 */
declare function resultPointer(): number;

/**
 * Where the 16 bytes of a stamp are to be written.
 */
declare function stampPointer(): number;

/**
 * Keeps the message of a panic for [`panic_message`].
 */
declare function start(): void;

/**
 * A dictionary of up to `size` bytes for entries such as the samples, which lie one behind the other
 * in `samples` and have these lengths; empty where they have nothing in common.
 */
declare function trainDictionary(samples: Uint8Array | number[], lengths: Uint32Array | number[], size: number): Uint8Array;

/**
 * Where a value of up to `length` bytes is to be written; 0 where there is no memory for it.
 */
declare function valuePointer(length: number): number;

/**
 * Overwrites what the last calls left of keys and plaintext in the buffers.
 */
declare function wipe(): void;

/** One instance of the core. */
export interface Glue {
  readonly memory: WebAssembly.Memory;
  readonly CodecCore: typeof CodecCore;
  readonly KeysCore: typeof KeysCore;
  readonly LiveCore: typeof LiveCore;
  readonly MetricsCore: typeof MetricsCore;
  readonly PackedCore: typeof PackedCore;
  readonly errorName: typeof errorName;
  readonly keyCapacity: typeof keyCapacity;
  readonly keyPointer: typeof keyPointer;
  readonly outPointer: typeof outPointer;
  readonly panicMessage: typeof panicMessage;
  readonly resultPointer: typeof resultPointer;
  readonly stampPointer: typeof stampPointer;
  readonly start: typeof start;
  readonly trainDictionary: typeof trainDictionary;
  readonly valuePointer: typeof valuePointer;
  readonly wipe: typeof wipe;
}

/** Makes one instance of the core and the classes around it. */
export declare function instantiate(module: WebAssembly.Module): Glue;
