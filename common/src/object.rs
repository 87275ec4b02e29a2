//! How a documented JSON object becomes a struct of [`Field`]s that loses nothing.
//!
//! `object!` declares the struct, and writes the two serde implementations that anyone would write
//! by hand: each documented member goes to its field, every other member to `extras`, unparsed.
//! It refuses a value that is not an object, and an object that names a member twice: readers differ
//! in which of the two they take, and a guard must not read another one than whoever acts. Inside a
//! record such an object is a form that is not documented, and whoever needs it says so.
//!
//! [`Field`]: crate::Field

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The members of an object that this version has no field for: name to JSON text, unparsed.
pub type Extras = BTreeMap<String, Box<RawValue>>;

macro_rules! object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$doc:meta])* $field:ident: $type:ty = $key:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            $($(#[$doc])* pub $field: $crate::Field<$type>,)*
            /// The members that are not documented, as they came.
            pub extras: $crate::Extras,
        }

        impl $name {
            /// The names of the documented members.
            pub const MEMBERS: &'static [&'static str] = &[$($key),*];
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members;
                impl<'de> serde::de::Visitor<'de> for Members {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a JSON object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut object = $name::default();
                        while let Some(key) = map.next_key::<String>()? {
                            let value: Box<serde_json::value::RawValue> = map.next_value()?;
                            match key.as_str() {
                                $($key if object.$field.is_absent() => {
                                    object.$field = $crate::Field::from_raw(value);
                                })*
                                $($key => return Err(serde::de::Error::duplicate_field($key)),)*
                                _ if object.extras.contains_key(&key) => {
                                    return Err(serde::de::Error::custom(format!("duplicate field `{key}`")));
                                }
                                _ => {
                                    object.extras.insert(key, value);
                                }
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_map(Members)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                $(if !self.$field.is_absent() {
                    map.serialize_entry($key, &self.$field)?;
                })*
                for (key, value) in &self.extras {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    };
}
pub(crate) use object;
