//! The API calls that are declared, a file for each service.
//!
//! A call of your own is declared in your own crate in the same way: see [`ApiCall`](crate::ApiCall).

mod text;

pub use text::TextMap;

pub mod sqs;
