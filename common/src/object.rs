//! How a documented JSON object becomes a struct of [`Field`]s that loses nothing.
//!
//! `object!` declares the struct, and writes what anyone would write by hand: each documented member
//! goes to its field, every other member to `extras`, unparsed. It refuses a value that is not an
//! object, and an object that names a member twice: readers differ in which of the two they take, and
//! a guard must not read another one than whoever acts. Inside a record such an object is a form that
//! is not documented, and whoever needs it says so.
//!
//! [`Field`]: crate::Field

use crate::reading::{Name, Reading};
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// The members of an object that this version has no field for: name to JSON text, unparsed.
pub type Extras = BTreeMap<String, Box<RawValue>>;

/// An object whose members are read one by one.
pub(crate) trait Object: Default {
    /// Reads the member of this name.
    fn member<'de, R: Reading, A: MapAccess<'de>>(&mut self, name: Name<'de>, map: &mut A) -> Result<(), A::Error>;
}

/// Visits an object, and nothing else.
pub(crate) struct Members<T, R>(PhantomData<(T, R)>);

impl<T, R> Members<T, R> {
    pub(crate) fn of() -> Self {
        Members(PhantomData)
    }
}

impl<'de, T: Object, R: Reading> Visitor<'de> for Members<T, R> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(name) = map.next_key()? {
            object.member::<R, A>(name, &mut map)?;
        }
        Ok(object)
    }
}

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

        impl $crate::object::Object for $name {
            fn member<'de, R: $crate::reading::Reading, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: $crate::reading::Name<'de>,
                map: &mut A,
            ) -> Result<(), A::Error> {
                match &*name {
                    $($key if self.$field.is_absent() => self.$field = R::field(map)?,)*
                    $($key => return Err(serde::de::Error::duplicate_field($key)),)*
                    other if self.extras.contains_key(other) => {
                        return Err(serde::de::Error::custom(format!("duplicate field `{other}`")));
                    }
                    _ => drop(self.extras.insert(name.into_owned(), map.next_value()?)),
                }
                Ok(())
            }
        }

        impl $crate::reading::Documented for $name {
            fn documented<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map($crate::object::Members::<$name, $crate::reading::InOnePass>::of())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map($crate::object::Members::<$name, $crate::reading::AnyForm>::of())
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
