//! The integration tests, one binary: event files in, decisions out.

mod calls;
mod decode;
mod samples;
