//! How a call is declared: its names, its two shapes, and what it is about.
//!
//! What a call is about (the queue, the bucket, the key) stands in another place of every call, and
//! everything that goes through calls of many services asks for it: a sentence, a link, a thread, a test.

use crate::{Admitted, ApiCall, Call, FromRecord, ShapeError, WatchedCall};

/// A call that says what it made or changed.
pub trait About: ApiCall {
    /// What kind of thing that is, in words that can stand before its name: `security group`.
    const KIND: &'static str;

    /// Its id or its name, from what is known of the two parts; of several things, the first.
    fn about(request: Option<&Self::RequestParameters>, response: Option<&Self::ResponseElements>) -> Option<String>;
}

/// One declared call, for whoever goes through all of them.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// Its source and its names.
    pub call: WatchedCall,
    /// What kind of thing it is about.
    pub kind: &'static str,
    about: fn(Admitted) -> Result<Option<String>, ShapeError>,
}

impl Declared {
    /// The row of a declared call.
    pub const fn of<C: About>() -> Declared {
        Declared { call: WatchedCall::of::<C>(), kind: C::KIND, about: about::<C> }
    }

    /// The id or the name of what this record is about; `None` where its parts don't say.
    ///
    /// # Errors
    /// [`ShapeError`] when it is another call's record, or when a part has not the call's shape.
    pub fn about(&self, admitted: Admitted) -> Result<Option<String>, ShapeError> {
        (self.about)(admitted)
    }
}

fn about<C: About>(admitted: Admitted) -> Result<Option<String>, ShapeError> {
    let call = Call::<C>::from_record(admitted)?;
    Ok(C::about(call.request.known(), call.response.known()))
}

/// Declares the calls of a service, with the table of them. A name in the record that is not the type's
/// stands in brackets.
macro_rules! declare {
    (
        $source:literal
        $(
            $(#[$doc:meta])*
            $name:ident $([$($event:literal),+])? ($request:ty) -> $response:ty,
            $kind:literal $about:expr;
        )+
    ) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}

            impl $crate::ApiCall for $name {
                const EVENT_SOURCE: &'static str = $source;
                const EVENT_NAMES: &'static [&'static str] = $crate::calls::declare!(@names $name $($($event),+)?);
                type RequestParameters = $request;
                type ResponseElements = $response;
            }

            impl $crate::calls::About for $name {
                const KIND: &'static str = $kind;

                fn about(request: Option<&$request>, response: Option<&$response>) -> Option<String> {
                    let about: fn(Option<&$request>, Option<&$response>) -> Option<String> = $about;
                    about(request, response)
                }
            }
        )+

        /// The calls declared here.
        pub const CALLS: &[$crate::calls::Declared] = &[$($crate::calls::Declared::of::<$name>()),+];
    };
    (@names $name:ident) => { &[stringify!($name)] };
    (@names $name:ident $($event:literal),+) => { &[$($event),+] };
}
pub(super) use declare;
