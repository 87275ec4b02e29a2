//! The integration tests, one binary: event files in, decisions out.

mod decode;
