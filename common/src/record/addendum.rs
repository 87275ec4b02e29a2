//! Why a record came late, or a second time.

use crate::object::object;
use serde_json::value::RawValue;

object! {
    /// `addendum`: present on delivered-again and back-filled records (from version 1.08 on).
    pub struct Addendum {
        /// `DELIVERY_DELAY`, `UPDATED_DATA` or `SERVICE_OUTAGE`.
        reason: String = "reason",
        /// Which members were updated: text in the reference, so its form is left open.
        updated_fields: Box<RawValue> = "updatedFields",
        /// The request id of the record this one replaces.
        original_request_id: String = "originalRequestID",
        /// The event id of the record this one replaces.
        original_event_id: String = "originalEventID",
    }
}
