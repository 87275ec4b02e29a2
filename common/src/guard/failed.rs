//! Did the call change anything at all?
//!
//! A failed call has an `errorCode` and changed nothing. A response may still want to hear of it:
//! `notify` of calls that were denied.

use super::{Refusal, Skip, undecidable};
use crate::{ErrorCode, Record};

/// Which failed calls a response wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailedCalls {
    /// None.
    #[default]
    Skip,
    /// Those that were refused for lack of permission.
    AdmitDenied,
    /// All.
    Admit,
}

pub(super) fn ask(record: &Record, wanted: FailedCalls) -> Result<(), Refusal> {
    let cannot = undecidable("failed-call");
    let code = record.error_code.known("detail.errorCode").map_err(|form| cannot(form.into()))?;
    let message = record.error_message.known("detail.errorMessage").map_err(|form| cannot(form.into()))?;
    // A sign-in that failed has a message and no code; of an API call that would be new, and is a
    // failure all the same.
    let Some(code) = code.or(message) else {
        return Ok(());
    };
    let admitted = match wanted {
        FailedCalls::Skip => false,
        FailedCalls::AdmitDenied => ErrorCode(code).is_denied(),
        FailedCalls::Admit => true,
    };
    if admitted { Ok(()) } else { Err(Refusal::Skip(Skip::FailedCall { code: code.clone() })) }
}
