/** Makes one instance of the core and the classes around it. Generated: see scripts/build-glue.mjs. */
export function instantiate(module) {
let wasm;
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
function __wbg___wbindgen_throw_4c88d8bf264fd984(arg0, arg1) {
    throw new Error(getStringFromWasm0(arg0, arg1));
}
function __wbg_getRandomValues_8b6f1f663e6f188d() { return handleError(function (arg0, arg1) {
    globalThis.crypto.getRandomValues(getArrayU8FromWasm0(arg0, arg1));
}, arguments); }
function __wbindgen_init_externref_table() {
    const table = wasm.__wbindgen_externrefs;
    table.set(0, undefined);
    table.set(1024, undefined);
    table.set(1025, null);
    table.set(1026, true);
    table.set(1027, false);
}
const LiveCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_livecore_free(ptr, 1));
const PackedCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_packedcore_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
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
const imports = { __wbg_Error_208446807d0d1e30, __wbg___wbindgen_throw_4c88d8bf264fd984, __wbg_getRandomValues_8b6f1f663e6f188d, __wbindgen_init_externref_table };
const instance = new WebAssembly.Instance(module, { './core_bg.js': imports });
wasm = instance.exports;
wasm.__wbindgen_start();
return { memory: wasm.memory, LiveCore, PackedCore, keyCapacity, keyPointer, outPointer, panicMessage, resultPointer, stampPointer, start, valuePointer, wipe };
}
