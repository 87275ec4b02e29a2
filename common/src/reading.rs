//! The two ways in which members are read: in any form, and in one pass.
//!
//! A [`Field`] keeps a member of any form letter for letter, and for that each member's text is read first and its
//! value after, at every depth again. In nearly all records every member has its documented form: [`InOnePass`] reads
//! those value by value as they come, and refuses whatever else there is, so that the record is read again in
//! [`AnyForm`]. It makes no difference to what is read, only to how long that takes.

use crate::{Field, Flag};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// How a member becomes a field.
pub(crate) trait Reading {
    /// Reads the member's value.
    fn field<'de, T: Documented + DeserializeOwned, A: MapAccess<'de>>(map: &mut A) -> Result<Field<T>, A::Error>;
}

/// What is not in its documented form is kept as it came.
pub(crate) struct AnyForm;

/// What is not in its documented form is an error.
pub(crate) struct InOnePass;

/// A type of which the documented form is read in one pass.
pub(crate) trait Documented: Sized {
    /// Reads it.
    fn documented<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// A value in its documented form.
pub(crate) struct InForm<T>(pub(crate) T);

/// A member's name, copied only where it is not written as it reads.
pub(crate) struct Name<'de>(Cow<'de, str>);

impl Reading for AnyForm {
    fn field<'de, T: Documented + DeserializeOwned, A: MapAccess<'de>>(map: &mut A) -> Result<Field<T>, A::Error> {
        map.next_value::<Box<RawValue>>().map(Field::from_raw)
    }
}

impl Reading for InOnePass {
    fn field<'de, T: Documented + DeserializeOwned, A: MapAccess<'de>>(map: &mut A) -> Result<Field<T>, A::Error> {
        Ok(map.next_value::<Option<InForm<T>>>()?.map_or(Field::Null, |InForm(value)| Field::Value(value)))
    }
}

impl<'de, T: Documented> Deserialize<'de> for InForm<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::documented(deserializer).map(InForm)
    }
}

/// Types of which every form that can be read is documented.
macro_rules! as_they_are {
    ($($type:ty),*) => {
        $(impl Documented for $type {
            fn documented<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$type>::deserialize(deserializer)
            }
        })*
    };
}
as_they_are!(String, Flag, Box<RawValue>);

/// What is large and seldom there is kept apart, so that a record without it is moved for less.
impl<T: Documented> Documented for Box<T> {
    fn documented<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::documented(deserializer).map(Box::new)
    }
}

impl<T: Documented> Documented for Vec<T> {
    fn documented<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);
        impl<'de, T: Documented> Visitor<'de> for Elements<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut elements = Vec::new();
                while let Some(InForm(element)) = seq.next_element()? {
                    elements.push(element);
                }
                Ok(elements)
            }
        }
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

impl Name<'_> {
    pub(crate) fn into_owned(self) -> String {
        self.0.into_owned()
    }
}

impl Deref for Name<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
