//! What is recorded, and what is answered: the calls by which somebody stops being seen.

use super::{critical, info, list, notice, tell, warning};
use crate::calls::cloudtrail::{CreateTrail, DeleteTrail, EventSelector, PutEventSelectors, StopLogging, UpdateTrail};
use crate::calls::events::{DeleteRule, DisableRule, PutRule, RemoveTargets};
use crate::calls::logs::{CreateLogGroup, DeleteLogGroup};

tell! {
    CreateTrail => |done| info(format!("created {}", done.thing));
    UpdateTrail => |done| {
        let request = done.request?;
        let less = request.is_multi_region_trail == Some(false) || request.enable_log_file_validation == Some(false);
        let changed = format!("changed {}", done.thing);
        if less { warning(changed).map(|deed| deed.noting("it records or proves less")) } else { notice(changed) }
    };
    StopLogging => |done| critical(format!("stopped the logging of {}", done.thing));
    DeleteTrail => |done| critical(format!("deleted {}", done.thing));
    PutEventSelectors => |done| {
        let selectors = &done.request?.event_selectors;
        if !selectors.is_empty() && !selectors.iter().any(EventSelector::records_writes) {
            critical(format!("changed which events {} records", done.thing))
                .map(|deed| deed.noting("calls that change something are left out"))
        } else {
            warning(format!("changed which events {} records", done.thing))
        }
    };
    PutRule => |done| {
        if done.request?.state.as_deref() == Some("DISABLED") {
            warning(format!("made or changed {}", done.thing)).map(|deed| deed.noting("it is switched off"))
        } else {
            notice(format!("made or changed {}", done.thing))
        }
    };
    DisableRule => |done| warning(format!("switched {} off", done.thing));
    DeleteRule => |done| warning(format!("deleted {}", done.thing));
    RemoveTargets => |done| {
        let ids = done.request?.ids.iter().map(String::as_str);
        warning(format!("took targets {} from {}", list(ids), done.thing))
    };
    CreateLogGroup => |done| info(format!("created {}", done.thing));
    DeleteLogGroup => |done| warning(format!("deleted {} with all that was in it", done.thing));
}
