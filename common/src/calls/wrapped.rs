//! Calls whose record is a dump of their XML.
//!
//! EC2's newer calls are recorded with everything inside one member that is named after the action:
//! `{"CreateNatGatewayRequest": {"SubnetId": …}}`. Names keep their capitals there, numbers and booleans
//! have lost their quotes, and a request without parameters is `""`. A [`Wrapped`] part is read with or
//! without that member, because nobody knows when a call changes from one writer to the other.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What stood inside `<Action>Request` or `<Action>Response`, or the part itself where no such member is.
///
/// ```
/// use trailhook::calls::Wrapped;
/// use trailhook::calls::ec2::CreateNatGatewayRequest;
///
/// let request: Wrapped<CreateNatGatewayRequest> =
///     serde_json::from_str(r#"{"CreateNatGatewayRequest": {"SubnetId": "subnet-1"}}"#)?;
/// assert_eq!(request.0.subnet_id.as_deref(), Some("subnet-1"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Wrapped<T>(pub T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Wrapped<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(raw.get()).map_err(Error::custom)?;
        let is_wrapper = |name: &str| name.ends_with("Request") || name.ends_with("Response");
        let inner = match members.iter().find(|(name, _)| is_wrapper(name)) {
            Some((_, inner)) if inner.get() == "\"\"" => "{}",
            Some((_, inner)) => inner.get(),
            None => raw.get(),
        };
        serde_json::from_str(inner).map(Wrapped).map_err(Error::custom)
    }
}
