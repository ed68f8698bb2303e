//! Sealing an entry again, under the key that writes now.

#![forbid(unsafe_code)]

use super::body::wipe;
use super::envelope::{self, Context, Seal, peek};
use super::error::{ErrorKind, Result};
use super::keyring::KeyRing;
use super::{Codec, Random};

impl Codec {
    /// Appends to `out` the envelope of the same entry under the current key of `ring`: its
    /// header and its body, compressed or not, stay as they are. Answers false, and appends
    /// nothing, where it is sealed under that key already. `out` is as it was if the
    /// envelope is refused.
    pub fn reseal(
        &mut self,
        envelope: &[u8],
        context: &Context<'_>,
        ring: &KeyRing,
        random: &mut dyn Random,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        match peek(envelope)?.key_id {
            None => return Err(ErrorKind::Unsealed.into()),
            Some(id) if id == ring.current() => return Ok(false),
            Some(_) => {}
        }
        let opened = envelope::open(envelope, context, &mut self.associated, &mut self.plain)?;
        let part = |range: &core::ops::Range<usize>| &self.plain[range.clone()];
        let seal = Seal {
            ring,
            region: context.region,
            stored_key: context.stored_key,
            key: part(&opened.key),
            random,
        };
        let written = envelope::write(
            &opened.header.fields,
            part(&opened.side),
            &opened.body(&self.plain),
            Some(seal),
            true,
            &mut self.associated,
            out,
        );
        wipe(&mut self.plain);
        written.map(|()| true)
    }
}
