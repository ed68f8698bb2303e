//! A serializer that writes what it is given as `path = value` lines, enough for a snapshot.

use core::fmt::{self, Display};

use serde::ser::{self, Impossible, Serialize, SerializeSeq, SerializeStruct};

/// Every leaf of `value` with the path that leads to it, in order.
pub fn leaves(value: &impl Serialize) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let recorder = Recorder {
        path: String::new(),
        lines: &mut lines,
    };
    value.serialize(recorder).expect("only what is supported");
    lines
}

struct Recorder<'a> {
    path: String,
    lines: &'a mut Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Unsupported(String);

impl Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Unsupported {}

impl ser::Error for Unsupported {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Recorder<'_> {
    fn leaf(self, value: impl Display) -> Result<(), Unsupported> {
        self.lines.push((self.path, value.to_string()));
        Ok(())
    }
}

/// A list or an object: what the next element's path begins with, and how many are left.
pub struct Nested<'a> {
    path: String,
    left: usize,
    index: usize,
    lines: &'a mut Vec<(String, String)>,
}

impl Nested<'_> {
    fn element<T: ?Sized + Serialize>(&mut self, name: &str, value: &T) -> Result<(), Unsupported> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(Unsupported("more than announced".into()))?;
        let dot = if self.path.is_empty() { "" } else { "." };
        value.serialize(Recorder {
            path: format!("{}{dot}{name}", self.path),
            lines: self.lines,
        })
    }

    fn finish(&self) -> Result<(), Unsupported> {
        match self.left {
            0 => Ok(()),
            _ => Err(Unsupported("fewer than announced".into())),
        }
    }
}

impl SerializeSeq for Nested<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unsupported> {
        let name = self.index.to_string();
        self.index += 1;
        self.element(&name, value)
    }

    fn end(self) -> Result<(), Unsupported> {
        self.finish()
    }
}

impl SerializeStruct for Nested<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        self.element(name, value)
    }

    fn end(self) -> Result<(), Unsupported> {
        self.finish()
    }
}

/// What a snapshot has no use for.
macro_rules! unsupported {
    ($($name:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        fn $name(self, $(_: $argument),*) -> Result<$result, Unsupported> {
            Err(Unsupported(stringify!($name).into()))
        }
    )*};
}

type No = Impossible<(), Unsupported>;

impl<'a> ser::Serializer for Recorder<'a> {
    type Ok = ();
    type Error = Unsupported;
    type SerializeSeq = Nested<'a>;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = Nested<'a>;
    type SerializeStructVariant = No;

    fn serialize_f64(self, value: f64) -> Result<(), Unsupported> {
        self.leaf(value)
    }

    fn serialize_str(self, value: &str) -> Result<(), Unsupported> {
        self.leaf(value)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Nested<'a>, Unsupported> {
        Ok(Nested {
            path: self.path,
            left: length.unwrap_or_default(),
            index: 0,
            lines: self.lines,
        })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Nested<'a>, Unsupported> {
        self.serialize_seq(Some(length))
    }

    unsupported! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_tuple(usize) -> No;
        serialize_tuple_struct(&'static str, usize) -> No;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
        serialize_map(Option<usize>) -> No;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: &T,
    ) -> Result<(), Unsupported> {
        Err(Unsupported(name.into()))
    }
}
