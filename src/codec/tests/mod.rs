//! The codec as a whole: what goes in comes out, and everything else is refused by name.

mod damage;
mod fields;
mod hosted;
mod limits;
mod roundtrip;
pub mod samples;
mod sealed;
mod wire_format;
mod xaes;
