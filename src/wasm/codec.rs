//! [`RegionCodec`] and its keys for JavaScript.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::cipher::LentCipher;
use super::coded_io::{self as io, HostRandom, Io};
use crate::codec::{
    Compression, Entry, ErrorKind, Fields, IndexKey, KeyRing, Opened, Options, Parts,
    PayloadLimits, Result as Coded, Serializer, Stamp, body::LIMIT, side,
};
use crate::region::{Keys, RegionCodec};

/// The length of each key, in bytes.
const KEY_LENGTH: usize = 32;

/// The keys of encrypted regions. Wiped when it and all that share it are freed.
#[wasm_bindgen]
pub struct KeysCore(Rc<Keys>);

#[wasm_bindgen]
impl KeysCore {
    /// A ring: `ids[i]` names the 32 bytes at `32 * i` of `keys`, and `current` writes. The
    /// copies of the secrets that JavaScript hands over are wiped. `cipher` seals and opens what is not small.
    #[wasm_bindgen(constructor)]
    pub fn new(
        current: &str,
        ids: Vec<String>,
        keys: Vec<u8>,
        index_secret: Vec<u8>,
        cipher: LentCipher,
    ) -> Result<KeysCore, JsError> {
        let (keys, index_secret) = (Zeroizing::new(keys), Zeroizing::new(index_secret));
        let made = make_keys(current, &ids, &keys, &index_secret, cipher);
        io::burn_stack();
        let made = made.map_err(|error| JsError::new(error.kind.name()))?;
        Ok(Self(Rc::new(made)))
    }
}

fn make_keys(
    current: &str,
    ids: &[String],
    keys: &[u8],
    index_secret: &[u8],
    cipher: LentCipher,
) -> Coded<Keys> {
    let (keys, rest) = keys.as_chunks::<KEY_LENGTH>();
    if keys.len() != ids.len() || !rest.is_empty() {
        return Err(ErrorKind::KeyLength.into());
    }
    let named = ids.iter().map(String::as_str);
    let named = named.zip(keys.iter().map(|key| &key[..]));
    let ring = KeyRing::hosted(current, named, Some(Rc::new(cipher)))?;
    let index = IndexKey::derive(index_secret)?;
    Ok(Keys { ring, index })
}

/// One region's codec. See [`RegionCodec`].
#[wasm_bindgen]
pub struct CodecCore(pub(super) RegionCodec);

#[wasm_bindgen]
impl CodecCore {
    /// A region of plain entries. `compression` by its id, none for an unknown one;
    /// `compress_above` in bytes, negative for never; `inflated` is the most that a payload may have
    /// which is compressed.
    pub fn plain(region: String, compression: u8, compress_above: f64, inflated: u32) -> Self {
        Self(RegionCodec::new(
            region,
            options(compression, compress_above, inflated),
            None,
        ))
    }

    /// A region whose entries are sealed.
    pub fn sealed(
        region: String,
        compression: u8,
        compress_above: f64,
        inflated: u32,
        keys: &KeysCore,
    ) -> Self {
        let keys = Some(Rc::clone(&keys.0));
        Self(RegionCodec::new(
            region,
            options(compression, compress_above, inflated),
            keys,
        ))
    }

    /// Adds a dictionary, which with `writes` is written with from now on; 0, or why not.
    #[wasm_bindgen(js_name = addDictionary)]
    pub fn add_dictionary(&mut self, bytes: &[u8], writes: bool) -> i32 {
        self.0
            .add_dictionary(bytes, writes)
            .map_or_else(io::code, |_| 0)
    }

    /// Puts the stored key into the output; answers its length, 0 for a key beyond its buffer.
    #[wasm_bindgen(js_name = storedKey)]
    pub fn stored_key(&self, key_length: usize) -> usize {
        io::with_region(&self.0, [key_length, 0], 0, |io| {
            io.out
                .extend_from_slice(self.0.stored_key(io.key).as_bytes());
            io.out.len()
        })
    }

    /// The same for the stored form of the tag that lies where keys do.
    #[wasm_bindgen(js_name = storedTag)]
    pub fn stored_tag(&self, tag_length: usize) -> usize {
        io::with_region(&self.0, [tag_length, 0], 0, |io| {
            io.out
                .extend_from_slice(self.0.stored_tag(io.key).as_bytes());
            io.out.len()
        })
    }

    /// Puts the envelope of the value into the output; answers its length. The side block lies
    /// behind the value. With `hosted`, the caller writes a plain one's checksum.
    #[expect(clippy::too_many_arguments, reason = "numbers are all that crosses")]
    pub fn encode(
        &self,
        key_length: usize,
        value_length: usize,
        side_length: usize,
        serializer: u32,
        created: f64,
        fresh_until: f64,
        stale_until: f64,
        hosted: bool,
    ) -> i32 {
        let times = [created, fresh_until, stale_until];
        let beyond = io::code(io::BEYOND);
        let value = value_length.saturating_add(side_length);
        io::with_region(&self.0, [key_length, value], beyond, |io| {
            let written = fields(&io, serializer, times).and_then(|fields| {
                let (payload, side) = divide(io.value, value_length)?;
                let entry = Entry {
                    fields: &fields,
                    side,
                    payload,
                };
                self.0
                    .encode(io.codec, io.key, &entry, &mut HostRandom, !hosted, io.out)
            });
            written.map_or_else(io::code, |()| io.out.len() as i32)
        })
    }

    /// Puts a tombstone, to be kept until `until`, into the output; answers its length.
    #[wasm_bindgen(js_name = encodeTombstone)]
    pub fn encode_tombstone(&self, key_length: usize, created: f64, until: f64) -> i32 {
        let beyond = io::code(io::BEYOND);
        io::with_region(&self.0, [key_length, 0], beyond, |io| {
            let fields = Fields::tombstone(Stamp(io.stamp), created, until);
            let entry = Entry {
                fields: &fields,
                side: &[],
                payload: &[],
            };
            let written = self
                .0
                .encode(io.codec, io.key, &entry, &mut HostRandom, true, io.out);
            written.map_or_else(io::code, |()| io.out.len() as i32)
        })
    }

    /// Opens the envelope in the value buffer; answers its serializer. Results: created,
    /// fresh-until, stale-until, address and length of the payload, of the side block, and of
    /// the key that was sealed in. With `checked`, the caller has found a plain one's checksum to be right.
    pub fn decode(&self, key_length: usize, envelope_length: usize, checked: bool) -> i32 {
        let beyond = io::code(io::BEYOND);
        io::with_region(&self.0, [key_length, envelope_length], beyond, |mut io| {
            let decoded = self.0.decode(io.codec, io.key, io.value, checked, io.out);
            tell_decoded(&mut io, decoded)
        })
    }

    /// The same where only what an entry of an encrypted region is stored under is known:
    /// that lies in the key buffer.
    #[wasm_bindgen(js_name = decodeStored)]
    pub fn decode_stored(&self, stored_length: usize, envelope_length: usize) -> i32 {
        let beyond = io::code(io::BEYOND);
        io::with_region(
            &self.0,
            [stored_length, envelope_length],
            beyond,
            |mut io| {
                let decoded = self.0.decode_stored(io.codec, io.key, io.value, io.out);
                tell_decoded(&mut io, decoded)
            },
        )
    }

    /// Puts the envelope of the same entry under the key that writes now into the output, for
    /// the one in the value buffer, with what it is stored under in the key buffer; answers its
    /// length, and 0 where it is sealed under that key already.
    pub fn reseal(&self, stored_length: usize, envelope_length: usize) -> i32 {
        let beyond = io::code(io::BEYOND);
        io::with_region(&self.0, [stored_length, envelope_length], beyond, |io| {
            let done = self
                .0
                .reseal(io.codec, io.key, io.value, &mut HostRandom, io.out);
            done.map_or_else(io::code, |_| io.out.len() as i32)
        })
    }
}

/// Puts what was decoded into the results; answers its serializer.
fn tell_decoded(io: &mut Io<'_>, decoded: Coded<(Opened, Parts)>) -> i32 {
    let (opened, parts) = match decoded {
        Ok(decoded) => decoded,
        Err(error) => return io::code(error),
    };
    let fields = &opened.header.fields;
    let (payload, side) = (&io.out[parts.payload], &io.out[parts.side]);
    if let Err(error) = side::read(side) {
        return io::code(error);
    }
    let times = [fields.created, fields.fresh_until, fields.stale_until];
    io.results[..3].copy_from_slice(&times);
    io::point(&mut io.results[3..], payload);
    io::point(&mut io.results[5..], side);
    io::point(&mut io.results[7..], &io.out[parts.key]);
    i32::from(fields.serializer.id())
}

fn options(compression: u8, compress_above: f64, inflated: u32) -> Options<'static> {
    Options {
        compression: Compression::from_id(compression).unwrap_or(Compression::None),
        compress_above: (compress_above >= 0.0).then_some(compress_above as u32),
        dictionary: None,
        limits: PayloadLimits {
            payload: LIMIT,
            inflated,
        },
        checksum: true,
    }
}

/// Payload and side block, which lie one behind the other.
pub(super) fn divide(bytes: &[u8], payload_length: usize) -> Coded<(&[u8], &[u8])> {
    let (payload, side) = bytes.split_at_checked(payload_length).ok_or(io::BEYOND)?;
    side::read(side)?;
    Ok((payload, side))
}

/// The header's fields, as JavaScript gave them.
pub(super) fn fields(io: &Io<'_>, serializer: u32, times: [f64; 3]) -> Coded<Fields> {
    let [created, fresh_until, stale_until] = times;
    let id = u8::try_from(serializer).map_err(|_| ErrorKind::Serializer)?;
    Ok(Fields {
        stamp: Stamp(io.stamp),
        created,
        fresh_until,
        stale_until,
        serializer: Serializer::from_id(id)?,
    })
}
