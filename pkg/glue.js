/** Makes one instance of the core and the classes around it. Generated: see scripts/build-glue.mjs. */
export function instantiate(module) {
let wasm;
/**
 * One region's codec. See [`RegionCodec`].
 */
class CodecCore {
    static __wrap(ptr) {
        const obj = Object.create(CodecCore.prototype);
        obj.__wbg_ptr = ptr;
        CodecCoreFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        CodecCoreFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_codeccore_free(ptr, 0);
    }
    /**
     * Adds a dictionary, which with `writes` is written with from now on; 0, or why not.
     * @param {Uint8Array | number[]} bytes
     * @param {boolean} writes
     * @returns {number}
     */
    addDictionary(bytes, writes) {
        const val2 = +writes;
        const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.codeccore_addDictionary(this.__wbg_ptr, ptr0, len0, val2);
        return ret;
    }
    /**
     * The same where only what an entry of an encrypted region is stored under is known:
     * that lies in the key buffer.
     * @param {number} stored_length
     * @param {number} envelope_length
     * @returns {number}
     */
    decodeStored(stored_length, envelope_length) {
        const ret = wasm.codeccore_decodeStored(this.__wbg_ptr, stored_length, envelope_length);
        return ret;
    }
    /**
     * Opens the envelope in the value buffer; answers its serializer. Results: created,
     * fresh-until, stale-until, address and length of the payload, of the side block, and of
     * the key that was sealed in. With `checked`, the caller has found a plain one's checksum to be right.
     * @param {number} key_length
     * @param {number} envelope_length
     * @param {boolean} checked
     * @returns {number}
     */
    decode(key_length, envelope_length, checked) {
        const ret = wasm.codeccore_decode(this.__wbg_ptr, key_length, envelope_length, checked);
        return ret;
    }
    /**
     * Puts a tombstone, to be kept until `until`, into the output; answers its length.
     * @param {number} key_length
     * @param {number} created
     * @param {number} until
     * @returns {number}
     */
    encodeTombstone(key_length, created, until) {
        const ret = wasm.codeccore_encodeTombstone(this.__wbg_ptr, key_length, created, until);
        return ret;
    }
    /**
     * Puts the envelope of the value into the output; answers its length. The side block lies
     * behind the value. With `hosted`, the caller writes a plain one's checksum.
     * @param {number} key_length
     * @param {number} value_length
     * @param {number} side_length
     * @param {number} serializer
     * @param {number} created
     * @param {number} fresh_until
     * @param {number} stale_until
     * @param {boolean} hosted
     * @returns {number}
     */
    encode(key_length, value_length, side_length, serializer, created, fresh_until, stale_until, hosted) {
        const ret = wasm.codeccore_encode(this.__wbg_ptr, key_length, value_length, side_length, serializer, created, fresh_until, stale_until, hosted);
        return ret;
    }
    /**
     * Puts what a host needs to seal a body into the output, whose side block lies in the value buffer;
     * answers 0, or why not. Results: the lengths of its four parts, see [`Frame`].
     * @param {number} key_length
     * @param {number} side_length
     * @param {number} serializer
     * @param {number} compression
     * @param {number} original_length
     * @param {number} created
     * @param {number} fresh_until
     * @param {number} stale_until
     * @returns {number}
     */
    frame(key_length, side_length, serializer, compression, original_length, created, fresh_until, stale_until) {
        const ret = wasm.codeccore_frame(this.__wbg_ptr, key_length, side_length, serializer, compression, original_length, created, fresh_until, stale_until);
        return ret;
    }
    /**
     * Whether the bytes in the value buffer look like noise: eight stretches of 128 are enough.
     * @param {number} length
     * @returns {boolean}
     */
    isNoise(length) {
        const ret = wasm.codeccore_isNoise(this.__wbg_ptr, length);
        return ret !== 0;
    }
    /**
     * Whether the bytes in the value buffer are a side block.
     * @param {number} length
     * @returns {boolean}
     */
    isSide(length) {
        const ret = wasm.codeccore_isSide(this.__wbg_ptr, length);
        return ret !== 0;
    }
    /**
     * A region of plain entries. `compression` by its id, none for an unknown one;
     * `compress_above` in bytes, negative for never; `inflated` is the most that a payload may have
     * which is compressed.
     * @param {string} region
     * @param {number} compression
     * @param {number} compress_above
     * @param {number} inflated
     * @returns {CodecCore}
     */
    static plain(region, compression, compress_above, inflated) {
        const val2 = +compression;
        const val3 = +compress_above;
        const val4 = +inflated;
        const ptr0 = passStringToWasm0(region, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.codeccore_plain(ptr0, len0, val2, val3, val4);
        return CodecCore.__wrap(ret);
    }
    /**
     * Puts the envelope of the same entry under the key that writes now into the output, for
     * the one in the value buffer, with what it is stored under in the key buffer; answers its
     * length, and 0 where it is sealed under that key already.
     * @param {number} stored_length
     * @param {number} envelope_length
     * @returns {number}
     */
    reseal(stored_length, envelope_length) {
        const ret = wasm.codeccore_reseal(this.__wbg_ptr, stored_length, envelope_length);
        return ret;
    }
    /**
     * A region whose entries are sealed.
     * @param {string} region
     * @param {number} compression
     * @param {number} compress_above
     * @param {number} inflated
     * @param {KeysCore} keys
     * @returns {CodecCore}
     */
    static sealed(region, compression, compress_above, inflated, keys) {
        _assertClass(keys, KeysCore);
        const val2 = +compression;
        const val3 = +compress_above;
        const val4 = +inflated;
        const ptr0 = passStringToWasm0(region, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.codeccore_sealed(ptr0, len0, val2, val3, val4, keys.__wbg_ptr);
        return CodecCore.__wrap(ret);
    }
    /**
     * Puts the stored key into the output; answers its length, 0 for a key beyond its buffer.
     * @param {number} key_length
     * @returns {number}
     */
    storedKey(key_length) {
        const ret = wasm.codeccore_storedKey(this.__wbg_ptr, key_length);
        return ret >>> 0;
    }
    /**
     * The same for the stored form of the tag that lies where keys do.
     * @param {number} tag_length
     * @returns {number}
     */
    storedTag(tag_length) {
        const ret = wasm.codeccore_storedTag(this.__wbg_ptr, tag_length);
        return ret >>> 0;
    }
    /**
     * Puts what a host needs to open an envelope into the output, whose first bytes lie in the value buffer;
     * answers its serializer, or why not. Results: as of `frame`, then created, fresh-until, stale-until,
     * the compression, and 1 where there is a side block.
     * @param {number} key_length
     * @param {number} length
     * @returns {number}
     */
    unframe(key_length, length) {
        const ret = wasm.codeccore_unframe(this.__wbg_ptr, key_length, length);
        return ret;
    }
}
if (Symbol.dispose) CodecCore.prototype[Symbol.dispose] = CodecCore.prototype.free;

/**
 * The keys of encrypted regions. Wiped when it and all that share it are freed.
 */
class KeysCore {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        KeysCoreFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_keyscore_free(ptr, 0);
    }
    /**
     * A ring: `ids[i]` names the 32 bytes at `32 * i` of `keys`, and `current` writes. The
     * copies of the secrets that JavaScript hands over are wiped. `cipher` seals and opens what is not small.
     * @param {string} current
     * @param {string[]} ids
     * @param {Uint8Array | number[]} keys
     * @param {Uint8Array | number[]} index_secret
     * @param {LentCipher} cipher
     */
    constructor(current, ids, keys, index_secret, cipher) {
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passStringToWasm0(current, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArrayJsValueToWasm0(ids, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArray8ToWasm0(keys, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray8ToWasm0(index_secret, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__externref_drop_slice(ptr1, len1); wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.keyscore_new(ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, cipher);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        KeysCoreFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
}
if (Symbol.dispose) KeysCore.prototype[Symbol.dispose] = KeysCore.prototype.free;

/**
 * A live region's entries by slot. See [`LiveStore`].
 */
class LiveCore {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        LiveCoreFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_livecore_free(ptr, 0);
    }
    /**
     * The sum of the weights.
     * @returns {number}
     */
    bytes() {
        const ret = wasm.livecore_bytes(this.__wbg_ptr);
        return ret;
    }
    /**
     * How many slots the tables have.
     * @returns {number}
     */
    capacity() {
        const ret = wasm.livecore_capacity(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Where the deadlines are.
     * @returns {number}
     */
    deadlinePointer() {
        const ret = wasm.livecore_deadlinePointer(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The slot of the one at `index` that left.
     * @param {number} index
     * @returns {number}
     */
    departedAt(index) {
        const ret = wasm.livecore_departedAt(this.__wbg_ptr, index);
        return ret >>> 0;
    }
    /**
     * Takes out the entry that the policy chooses; answers its slot, or -1.
     * @returns {number}
     */
    evictOne() {
        const ret = wasm.livecore_evictOne(this.__wbg_ptr);
        return ret;
    }
    /**
     * Takes out what has expired, in so many steps at most; answers how many left.
     * @param {number} now
     * @param {number} steps
     * @returns {number}
     */
    expire(now, steps) {
        const ret = wasm.livecore_expire(this.__wbg_ptr, now, steps);
        return ret >>> 0;
    }
    /**
     * How many of those that left in the last call of insert, replace, expire or setLimits had
     * expired; they come first.
     * @returns {number}
     */
    expired() {
        const ret = wasm.livecore_expired(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The new entry's slot plus one, or 0 where it was refused, and 2^32 times how many left.
     * If one left and the entry was not refused, it has that one's slot. `fingerprint` is a
     * hash of its key.
     * @param {number} fingerprint
     * @param {number} weight
     * @param {number} deadline
     * @param {number} now
     * @param {number} tick
     * @returns {number}
     */
    insert(fingerprint, weight, deadline, now, tick) {
        const ret = wasm.livecore_insert(this.__wbg_ptr, fingerprint, weight, deadline, now, tick);
        return ret;
    }
    /**
     * An empty store. `Infinity` is no limit.
     * @param {number} policy_number
     * @param {boolean} favor_bytes
     * @param {number} max_bytes
     * @param {number} max_entries
     */
    constructor(policy_number, favor_bytes, max_bytes, max_entries) {
        const ret = wasm.livecore_new(policy_number, favor_bytes, max_bytes, max_entries);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        LiveCoreFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * When there is something to expire next; `Infinity` is never.
     * @returns {number}
     */
    nextExpiry() {
        const ret = wasm.livecore_nextExpiry(this.__wbg_ptr);
        return ret;
    }
    /**
     * Lowers all ticks; answers the tick to go on with.
     * @param {number} tick
     * @returns {number}
     */
    rebase(tick) {
        const ret = wasm.livecore_rebase(this.__wbg_ptr, tick);
        return ret >>> 0;
    }
    /**
     * Whether the slot held an entry.
     * @param {number} slot
     * @returns {boolean}
     */
    remove(slot) {
        const ret = wasm.livecore_remove(this.__wbg_ptr, slot);
        return ret !== 0;
    }
    /**
     * 1 if the entry is there with its new weight, 0 if it is gone, and 2^32 times how many
     * others left.
     * @param {number} slot
     * @param {number} weight
     * @param {number} deadline
     * @param {number} now
     * @param {number} tick
     * @returns {number}
     */
    replace(slot, weight, deadline, now, tick) {
        const ret = wasm.livecore_replace(this.__wbg_ptr, slot, weight, deadline, now, tick);
        return ret;
    }
    /**
     * Moves a deadline; answers whether the slot holds an entry.
     * @param {number} slot
     * @param {number} deadline
     * @returns {boolean}
     */
    setDeadline(slot, deadline) {
        const ret = wasm.livecore_setDeadline(this.__wbg_ptr, slot, deadline);
        return ret !== 0;
    }
    /**
     * Sets other limits, and evicts at once what is too much; answers how many left.
     * @param {number} max_bytes
     * @param {number} max_entries
     * @returns {number}
     */
    setLimits(max_bytes, max_entries) {
        const ret = wasm.livecore_setLimits(this.__wbg_ptr, max_bytes, max_entries);
        return ret >>> 0;
    }
    /**
     * Moves all entries to another policy; answers how many left, as there was no memory.
     * @param {number} policy_number
     * @param {boolean} favor_bytes
     * @param {number} tick
     * @returns {number}
     */
    setPolicy(policy_number, favor_bytes, tick) {
        const ret = wasm.livecore_setPolicy(this.__wbg_ptr, policy_number, favor_bytes, tick);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] >>> 0;
    }
    /**
     * How a hit marks its slot: 0 not at all, 1 with the tick, 2 by counting,
     * 3 with a bit, 4 with the tick times 16 and a count below.
     * @returns {number}
     */
    touchKind() {
        const ret = wasm.livecore_touchKind(this.__wbg_ptr);
        return ret;
    }
    /**
     * Where the touch words are.
     * @returns {number}
     */
    touchPointer() {
        const ret = wasm.livecore_touchPointer(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Where the weights are; only those of slots with an entry mean something.
     * @returns {number}
     */
    weightPointer() {
        const ret = wasm.livecore_weightPointer(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) LiveCore.prototype[Symbol.dispose] = LiveCore.prototype.free;

/**
 * The metrics of one cache. See [`Registry`].
 */
class MetricsCore {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        MetricsCoreFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_metricscore_free(ptr, 0);
    }
    /**
     * The number of a region, which is declared by asking.
     * @param {string} name
     * @returns {number}
     */
    declareRegion(name) {
        const ptr0 = passStringToWasm0(name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.metricscore_declareRegion(this.__wbg_ptr, ptr0, len0);
        return ret >>> 0;
    }
    /**
     * The number of a tier, which is declared by asking.
     * @param {string} name
     * @returns {number}
     */
    declareTier(name) {
        const ptr0 = passStringToWasm0(name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.metricscore_declareTier(this.__wbg_ptr, ptr0, len0);
        return ret >>> 0;
    }
    /**
     * A registry of nothing yet.
     */
    constructor() {
        const ret = wasm.metricscore_new();
        this.__wbg_ptr = ret;
        MetricsCoreFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Counts the duration of a region's operation `weight` times, in microseconds.
     * @param {number} number
     * @param {number} operation
     * @param {number} duration
     * @param {number} weight
     */
    recordRegion(number, operation, duration, weight) {
        wasm.metricscore_recordRegion(this.__wbg_ptr, number, operation, duration, weight);
    }
    /**
     * Counts the duration of a tier's operation, in microseconds.
     * @param {number} number
     * @param {number} operation
     * @param {number} duration
     */
    recordTier(number, operation, duration) {
        wasm.metricscore_recordTier(this.__wbg_ptr, number, operation, duration);
    }
    /**
     * Starts every count anew.
     */
    reset() {
        wasm.metricscore_reset(this.__wbg_ptr);
    }
    /**
     * Sets what all regions together may weigh, in bytes.
     * @param {number} bytes
     */
    setCeiling(bytes) {
        wasm.metricscore_setCeiling(this.__wbg_ptr, bytes);
    }
    /**
     * All figures as they are now, as plain objects.
     * @returns {any}
     */
    snapshot() {
        const ret = wasm.metricscore_snapshot(this.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * All figures in Prometheus' text format.
     * @returns {string}
     */
    text() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.metricscore_text(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * Sets a region's totals and gauges, in the order of their numbers.
     * @param {number} number
     * @param {Float64Array | number[]} totals
     * @param {Float64Array | number[]} gauges
     */
    updateRegion(number, totals, gauges) {
        const val3 = +number;
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passArrayF64ToWasm0(totals, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArrayF64ToWasm0(gauges, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 8, 8); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 8, 8); }
            throw e;
        }
        wasm.metricscore_updateRegion(this.__wbg_ptr, val3, ptr0, len0, ptr1, len1);
    }
    /**
     * Sets a tier's totals, in the order of their numbers.
     * @param {number} number
     * @param {Float64Array | number[]} totals
     */
    updateTier(number, totals) {
        const val2 = +number;
        const ptr0 = passArrayF64ToWasm0(totals, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.metricscore_updateTier(this.__wbg_ptr, val2, ptr0, len0);
    }
}
if (Symbol.dispose) MetricsCore.prototype[Symbol.dispose] = MetricsCore.prototype.free;

/**
 * A packed region. See [`PackedRegion`]. Methods that take a codec work on entries, those
 * that begin with `raw` on bytes as they are.
 */
class PackedCore {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        PackedCoreFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_packedcore_free(ptr, 0);
    }
    /**
     * The sum of the weights.
     * @returns {number}
     */
    bytes() {
        const ret = wasm.packedcore_bytes(this.__wbg_ptr);
        return ret;
    }
    /**
     * Takes out the entry that the policy chooses; answers whether there was one.
     * @returns {boolean}
     */
    evictOne() {
        const ret = wasm.packedcore_evictOne(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * Takes out what has expired, in so many steps at most; answers how many left.
     * @param {number} now
     * @param {number} steps
     * @returns {number}
     */
    expire(now, steps) {
        const ret = wasm.packedcore_expire(this.__wbg_ptr, now, steps);
        return ret >>> 0;
    }
    /**
     * Stores the entry of the envelope in the value buffer; answers as `set`. With `opened`, the caller has
     * opened or made it just now.
     * @param {CodecCore} codec
     * @param {number} key_length
     * @param {number} envelope_length
     * @param {number} fresh_until
     * @param {number} checked_until
     * @param {number} deadline
     * @param {number} now
     * @param {boolean} opened
     * @returns {number}
     */
    fill(codec, key_length, envelope_length, fresh_until, checked_until, deadline, now, opened) {
        _assertClass(codec, CodecCore);
        const ret = wasm.packedcore_fill(this.__wbg_ptr, codec.__wbg_ptr, key_length, envelope_length, fresh_until, checked_until, deadline, now, opened);
        return ret;
    }
    /**
     * The serializer of the entry under the key, 0 where there is none, negative where it
     * does not open, 256 where its payload has `large` bytes or more and a host is faster at it.
     * Results: fresh-until, checked-until, the payload's address and length; those of the side
     * block from the eighth on, and last until when it is kept.
     * @param {CodecCore} codec
     * @param {number} key_length
     * @param {number} now
     * @param {number} large
     * @returns {number}
     */
    get(codec, key_length, now, large) {
        _assertClass(codec, CodecCore);
        const ret = wasm.packedcore_get(this.__wbg_ptr, codec.__wbg_ptr, key_length, now, large);
        return ret;
    }
    /**
     * Whether there is an entry under the key.
     * @param {CodecCore} codec
     * @param {number} key_length
     * @param {number} now
     * @returns {boolean}
     */
    has(codec, key_length, now) {
        _assertClass(codec, CodecCore);
        const ret = wasm.packedcore_has(this.__wbg_ptr, codec.__wbg_ptr, key_length, now);
        return ret !== 0;
    }
    /**
     * Whether there is an entry whose payload has `large` bytes or more and a host is faster at; it is
     * not marked as used. Results: its deadline, address and length of its record.
     * @param {CodecCore} codec
     * @param {number} key_length
     * @param {number} now
     * @param {number} large
     * @returns {boolean}
     */
    large(codec, key_length, now, large) {
        _assertClass(codec, CodecCore);
        const ret = wasm.packedcore_large(this.__wbg_ptr, codec.__wbg_ptr, key_length, now, large);
        return ret !== 0;
    }
    /**
     * How many entries there are.
     * @returns {number}
     */
    len() {
        const ret = wasm.packedcore_len(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * An empty region. `Infinity` is no limit; with `notify` the keys that leave are told.
     * @param {number} policy_number
     * @param {boolean} favor_bytes
     * @param {number} max_bytes
     * @param {number} max_entries
     * @param {boolean} notify
     */
    constructor(policy_number, favor_bytes, max_bytes, max_entries, notify) {
        const ret = wasm.packedcore_new(policy_number, favor_bytes, max_bytes, max_entries, notify);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        PackedCoreFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * When there is something to expire next; `Infinity` is never.
     * @returns {number}
     */
    nextExpiry() {
        const ret = wasm.packedcore_nextExpiry(this.__wbg_ptr);
        return ret;
    }
    /**
     * The cursor behind the next entry at or after `cursor`, or -1 at the end. Results as of
     * `get`, then the key's address and length, then the serializer, 0 where this step has
     * no entry.
     * @param {CodecCore} codec
     * @param {number} cursor
     * @param {number} now
     * @returns {number}
     */
    next(codec, cursor, now) {
        _assertClass(codec, CodecCore);
        const ret = wasm.packedcore_next(this.__wbg_ptr, codec.__wbg_ptr, cursor, now);
        return ret;
    }
    /**
     * When the bytes under the key expire; -1 where there are none.
     * @param {number} key_length
     * @param {number} now
     * @returns {number}
     */
    rawDeadline(key_length, now) {
        const ret = wasm.packedcore_rawDeadline(this.__wbg_ptr, key_length, now);
        return ret;
    }
    /**
     * The tag of the bytes under the key, which is not 0; 0 where there are none. Results:
     * their address and length, their slot, how often it has changed, and when they expire.
     * @param {number} key_length
     * @param {number} now
     * @returns {number}
     */
    rawGet(key_length, now) {
        const ret = wasm.packedcore_rawGet(this.__wbg_ptr, key_length, now);
        return ret >>> 0;
    }
    /**
     * The cursor behind the next entry at or after `cursor`, or -1 at the end. Results: the
     * address and length of its bytes, then of its key, then its deadline, then its tag.
     * @param {number} cursor
     * @returns {number}
     */
    rawNext(cursor) {
        const ret = wasm.packedcore_rawNext(this.__wbg_ptr, cursor);
        return ret;
    }
    /**
     * As `rawGet`, without marking the entry as used.
     * @param {number} key_length
     * @param {number} now
     * @returns {number}
     */
    rawPeek(key_length, now) {
        const ret = wasm.packedcore_rawPeek(this.__wbg_ptr, key_length, now);
        return ret >>> 0;
    }
    /**
     * Removes the bytes under the key; answers whether there were any.
     * @param {number} key_length
     * @param {number} now
     * @returns {boolean}
     */
    rawRemove(key_length, now) {
        const ret = wasm.packedcore_rawRemove(this.__wbg_ptr, key_length, now);
        return ret !== 0;
    }
    /**
     * Moves the deadline of the bytes under the key, which is no use of them; false where
     * there are none.
     * @param {number} key_length
     * @param {number} deadline
     * @param {number} now
     * @returns {boolean}
     */
    rawSetDeadline(key_length, deadline, now) {
        const ret = wasm.packedcore_rawSetDeadline(this.__wbg_ptr, key_length, deadline, now);
        return ret !== 0;
    }
    /**
     * Stores the bytes in the value buffer with a tag, which is not 0: 1, or 0 where they
     * are too heavy or over, or -1 where there is no memory.
     * @param {number} key_length
     * @param {number} value_length
     * @param {number} tag
     * @param {number} deadline
     * @param {number} now
     * @returns {number}
     */
    rawSet(key_length, value_length, tag, deadline, now) {
        const ret = wasm.packedcore_rawSet(this.__wbg_ptr, key_length, value_length, tag, deadline, now);
        return ret;
    }
    /**
     * Marks what `rawGet` found in a slot as used once more, if nothing has changed there since;
     * answers whether that is so.
     * @param {number} slot
     * @param {number} changes
     * @returns {boolean}
     */
    rawUse(slot, changes) {
        const ret = wasm.packedcore_rawUse(this.__wbg_ptr, slot, changes);
        return ret !== 0;
    }
    /**
     * Removes the entry; answers whether there was one.
     * @param {CodecCore} codec
     * @param {number} key_length
     * @param {number} now
     * @returns {boolean}
     */
    remove(codec, key_length, now) {
        _assertClass(codec, CodecCore);
        const ret = wasm.packedcore_remove(this.__wbg_ptr, codec.__wbg_ptr, key_length, now);
        return ret !== 0;
    }
    /**
     * Sets other limits, and evicts at once what is too much.
     * @param {number} max_bytes
     * @param {number} max_entries
     */
    setLimits(max_bytes, max_entries) {
        wasm.packedcore_setLimits(this.__wbg_ptr, max_bytes, max_entries);
    }
    /**
     * Moves all entries to another policy.
     * @param {number} policy_number
     * @param {boolean} favor_bytes
     */
    setPolicy(policy_number, favor_bytes) {
        const ret = wasm.packedcore_setPolicy(this.__wbg_ptr, policy_number, favor_bytes);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Stores the value: 1, or 0 where it is too heavy, or negative where it was refused.
     * The side block lies behind the value. It is kept until `deadline`. Results: the length of the envelope in the output,
     * and of the record.
     * @param {CodecCore} codec
     * @param {number} key_length
     * @param {number} value_length
     * @param {number} side_length
     * @param {number} serializer
     * @param {number} created
     * @param {number} fresh_until
     * @param {number} stale_until
     * @param {number} local_fresh_until
     * @param {number} local_checked_until
     * @param {number} deadline
     * @param {number} now
     * @param {boolean} wants_envelope
     * @returns {number}
     */
    set(codec, key_length, value_length, side_length, serializer, created, fresh_until, stale_until, local_fresh_until, local_checked_until, deadline, now, wants_envelope) {
        _assertClass(codec, CodecCore);
        const ret = wasm.packedcore_set(this.__wbg_ptr, codec.__wbg_ptr, key_length, value_length, side_length, serializer, created, fresh_until, stale_until, local_fresh_until, local_checked_until, deadline, now, wants_envelope);
        return ret;
    }
    /**
     * Puts the next key that left in the last call into the output; answers its length, or
     * -1. The first result is 0 where it expired, 1 where it was evicted.
     * @returns {number}
     */
    takeDeparted() {
        const ret = wasm.packedcore_takeDeparted(this.__wbg_ptr);
        return ret;
    }
}
if (Symbol.dispose) PackedCore.prototype[Symbol.dispose] = PackedCore.prototype.free;

/**
 * The stable name of a negative answer.
 * @param {number} code
 * @returns {string}
 */
function errorName(code) {
    let deferred1_0;
    let deferred1_1;
    try {
        const ret = wasm.errorName(code);
        deferred1_0 = ret[0];
        deferred1_1 = ret[1];
        return getStringFromWasm0(ret[0], ret[1]);
    } finally {
        wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
    }
}

/**
 * How many bytes there are for a key.
 * @returns {number}
 */
function keyCapacity() {
    const ret = wasm.keyCapacity();
    return ret >>> 0;
}

/**
 * Where a key is to be written.
 * @returns {number}
 */
function keyPointer() {
    const ret = wasm.keyPointer();
    return ret >>> 0;
}

/**
 * Where the last output begins.
 * @returns {number}
 */
function outPointer() {
    const ret = wasm.outPointer();
    return ret >>> 0;
}

/**
 * The message of the last panic; empty where there was none.
 * @returns {string}
 */
function panicMessage() {
    let deferred1_0;
    let deferred1_1;
    try {
        const ret = wasm.panicMessage();
        deferred1_0 = ret[0];
        deferred1_1 = ret[1];
        return getStringFromWasm0(ret[0], ret[1]);
    } finally {
        wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
    }
}

/**
 * Where the numbers of the last answer are.
 * @returns {number}
 */
function resultPointer() {
    const ret = wasm.resultPointer();
    return ret >>> 0;
}

/**
 * Where the 16 bytes of a stamp are to be written.
 * @returns {number}
 */
function stampPointer() {
    const ret = wasm.stampPointer();
    return ret >>> 0;
}

/**
 * Keeps the message of a panic for [`panic_message`].
 */
function start() {
    wasm.start();
}

/**
 * A dictionary of up to `size` bytes for entries such as the samples, which lie one behind the other
 * in `samples` and have these lengths; empty where they have nothing in common.
 * @param {Uint8Array | number[]} samples
 * @param {Uint32Array | number[]} lengths
 * @param {number} size
 * @returns {Uint8Array}
 */
function trainDictionary(samples, lengths, size) {
    const val3 = +size;
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passArray8ToWasm0(samples, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray32ToWasm0(lengths, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.trainDictionary(ptr0, len0, ptr1, len1, val3);
    var v4 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v4;
}

/**
 * Where a value of up to `length` bytes is to be written; 0 where there is no memory for it.
 * @param {number} length
 * @returns {number}
 */
function valuePointer(length) {
    const ret = wasm.valuePointer(length);
    return ret >>> 0;
}

/**
 * Overwrites what the last calls left of keys and plaintext in the buffers.
 */
function wipe() {
    wasm.wipe();
}
function __wbg_Error_208446807d0d1e30(arg0, arg1) {
    const ret = Error(getStringFromWasm0(arg0, arg1));
    return ret;
}
function __wbg_String_8564e559799eccda(arg0, arg1) {
    const ret = String(arg1);
    const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len1 = WASM_VECTOR_LEN;
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
}
function __wbg___wbindgen_string_get_7ce8eee7fd327545(arg0, arg1) {
    const obj = arg1;
    const ret = typeof(obj) === 'string' ? obj : undefined;
    var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    var len1 = WASM_VECTOR_LEN;
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
}
function __wbg___wbindgen_throw_4c88d8bf264fd984(arg0, arg1) {
    throw new Error(getStringFromWasm0(arg0, arg1));
}
function __wbg_getRandomValues_8b6f1f663e6f188d() { return handleError(function (arg0, arg1) {
    globalThis.crypto.getRandomValues(getArrayU8FromWasm0(arg0, arg1));
}, arguments); }
function __wbg_new_37eb45aaf5eeb820() {
    const ret = new Array();
    return ret;
}
function __wbg_new_cd4348290afae586() {
    const ret = new Object();
    return ret;
}
function __wbg_open_b73116b4b6d051b1(arg0, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10) {
    const ret = arg0.open(getArrayU8FromWasm0(arg1, arg2), getArrayU8FromWasm0(arg3, arg4), getArrayU8FromWasm0(arg5, arg6), getArrayU8FromWasm0(arg7, arg8), getArrayU8FromWasm0(arg9, arg10));
    return ret;
}
function __wbg_seal_e226ae8fd4b6cc7d(arg0, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10) {
    const ret = arg0.seal(getArrayU8FromWasm0(arg1, arg2), getArrayU8FromWasm0(arg3, arg4), getArrayU8FromWasm0(arg5, arg6), getArrayU8FromWasm0(arg7, arg8), getArrayU8FromWasm0(arg9, arg10));
    return ret;
}
function __wbg_set_d2d33b52458e984a(arg0, arg1, arg2) {
    arg0[arg1 >>> 0] = arg2;
}
function __wbg_set_e4b9a833d288759a(arg0, arg1, arg2) {
    arg0[arg1] = arg2;
}
function __wbindgen_generic_0000000000000001(arg0) {
    // Cast intrinsic for `F64 -> Externref`.
    const ret = arg0;
    return ret;
}
function __wbindgen_generic_0000000000000002(arg0, arg1) {
    // Cast intrinsic for `Ref(String) -> Externref`.
    const ret = getStringFromWasm0(arg0, arg1);
    return ret;
}
function __wbindgen_init_externref_table() {
    const table = wasm.__wbindgen_externrefs;
    table.set(0, undefined);
    table.set(1024, undefined);
    table.set(1025, null);
    table.set(1026, true);
    table.set(1027, false);
}
const CodecCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_codeccore_free(ptr, 1));
const KeysCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_keyscore_free(ptr, 1));
const LiveCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_livecore_free(ptr, 1));
const MetricsCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_metricscore_free(ptr, 1));
const PackedCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_packedcore_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function _assertClass(instance, klass) {
    if (!(instance instanceof klass)) {
        throw new Error(`expected instance of ${klass.name}`);
    }
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

let cachedFloat64ArrayMemory0 = null;
function getFloat64ArrayMemory0() {
    if (cachedFloat64ArrayMemory0 === null || cachedFloat64ArrayMemory0.byteLength === 0) {
        cachedFloat64ArrayMemory0 = new Float64Array(wasm.memory.buffer);
    }
    return cachedFloat64ArrayMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {
        const idx = addToExternrefTable0(e);
        wasm.__wbindgen_exn_store(idx);
    }
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function passArray32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getUint32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray8ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 1, 1) >>> 0;
    getUint8ArrayMemory0().set(arg, ptr / 1);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayF64ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 8, 8) >>> 0;
    getFloat64ArrayMemory0().set(arg, ptr / 8);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayJsValueToWasm0(array, malloc) {
    const ptr = malloc(array.length * 4, 4) >>> 0;
    for (let i = 0; i < array.length; i++) {
        const add = addToExternrefTable0(array[i]);
        getDataViewMemory0().setUint32(ptr + 4 * i, add, true);
    }
    WASM_VECTOR_LEN = array.length;
    return ptr;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;
const imports = { __wbg_Error_208446807d0d1e30, __wbg_String_8564e559799eccda, __wbg___wbindgen_string_get_7ce8eee7fd327545, __wbg___wbindgen_throw_4c88d8bf264fd984, __wbg_getRandomValues_8b6f1f663e6f188d, __wbg_new_37eb45aaf5eeb820, __wbg_new_cd4348290afae586, __wbg_open_b73116b4b6d051b1, __wbg_seal_e226ae8fd4b6cc7d, __wbg_set_d2d33b52458e984a, __wbg_set_e4b9a833d288759a, __wbindgen_generic_0000000000000001, __wbindgen_generic_0000000000000002, __wbindgen_init_externref_table };
const instance = new WebAssembly.Instance(module, { './core_bg.js': imports });
wasm = instance.exports;
wasm.__wbindgen_start();
return { memory: wasm.memory, CodecCore, KeysCore, LiveCore, MetricsCore, PackedCore, errorName, keyCapacity, keyPointer, outPointer, panicMessage, resultPointer, stampPointer, start, trainDictionary, valuePointer, wipe };
}
