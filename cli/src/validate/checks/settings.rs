//! What the functions were told: how far they go, whom they leave alone, and whether what they use is there.

use super::super::{Row, Seen};
use super::called;
use crate::aws::{Function, arn};
use trailhook::ArnPattern;

/// The parameters of our template that say how far a function goes.
const MODES: [(&str, &str); 4] = [
    ("TagNewQueueFunction", "TagMode"),
    ("NotifyFunction", "NotifyMode"),
    ("RevertFunction", "RevertMode"),
    ("SnapshotFunction", "SnapshotMode"),
];

/// The variables that exempt somebody or something, and what of.
const EXEMPTIONS: [(&str, &str); 4] = [
    ("TRAILHOOK_EXEMPT_PRINCIPALS", "principals"),
    ("TRAILHOOK_EXEMPT_ACCOUNTS", "accounts"),
    ("TRAILHOOK_EXEMPT_SERVICES", "services"),
    ("TRAILHOOK_EXEMPT_QUEUES", "queues"),
];

pub(super) fn judge(seen: &Seen) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for function in seen.told_functions() {
        let subject = called(function, seen);
        rows.extend(mode(function, &subject));
        rows.push(exemptions(function, &subject));
        rows.extend(role(function, &subject));
    }
    for (table, told) in &seen.tables {
        rows.push(match told {
            Err(error) => Row::not_told("table", table, error),
            Ok(None) => Row::bad(
                "table",
                table,
                "the table is not there: no function can note what it did, and revert does nothing",
                "somebody deleted it: deploy the stack again",
            ),
            Ok(Some(told)) if told.state == "ACTIVE" => Row::good("table", table, "ACTIVE"),
            Ok(Some(told)) => Row::bad(
                "table",
                table,
                format!("it is {}", told.state),
                "wait until it is ACTIVE; if it stays, look at it in the console",
            ),
        });
    }
    for (group, told) in &seen.log_groups {
        let is_journal = |function: &Function| function.setting("TRAILHOOK_JOURNAL_LOG_GROUP") == Some(group);
        if !seen.told_functions().any(is_journal) {
            continue;
        }
        rows.push(match told {
            Err(error) => Row::not_told("journal", group, error),
            Ok(None) => Row::bad(
                "journal",
                group,
                "the journal's log group is not there",
                "somebody deleted it: deploy the stack again",
            ),
            Ok(Some(told)) => {
                let kept = told.retention_days.map_or_else(|| "for ever".to_owned(), |days| format!("for {days} days"));
                Row::good("journal", group, format!("kept {kept}"))
            }
        });
    }
    rows
}

fn mode(function: &Function, subject: &str) -> Option<Row> {
    let mode = function.setting("TRAILHOOK_MODE")?;
    // Without the version or alias that is meant.
    let named = subject.split_once(':').map_or(subject, |(named, _)| named);
    let parameter = MODES.iter().find(|(id, _)| *id == named).map_or("TRAILHOOK_MODE", |(_, parameter)| *parameter);
    Some(match mode {
        "enforce" => Row::good("mode", subject, "enforce: it does what it decides"),
        // The template's own default.
        "dry-run" if parameter == "RevertMode" => {
            Row::good("mode", subject, "dry-run: it reports what it would undo, and changes nothing")
        }
        "dry-run" => Row::note(
            "mode",
            subject,
            "dry-run: it reports what it would do, and changes nothing",
            format!("deploy with {parameter}=enforce, once its reports are what you want done"),
        ),
        other => Row::bad(
            "mode",
            subject,
            format!("{other:?} is no mode, so the function does not start"),
            format!("set {parameter} to dry-run or enforce"),
        ),
    })
}

fn exemptions(function: &Function, subject: &str) -> Row {
    let set: Vec<String> = EXEMPTIONS
        .iter()
        .filter_map(|(variable, what)| Some(format!("{what} {}", function.setting(variable)?)))
        .collect();
    if set.is_empty() {
        return Row::good("exemptions", subject, "nobody and nothing is exempt");
    }
    if is_everybody(function) {
        let fix = "narrow ExemptPrincipals, ExemptQueues and ExemptAccounts to whom you mean, and deploy again";
        return Row::bad(
            "exemptions",
            subject,
            format!("everybody is exempt, so nothing is ever done: {}", set.join("; ")),
            fix,
        );
    }
    Row::note(
        "exemptions",
        subject,
        format!("left alone: {}", set.join("; ")),
        "take out of the stack's Exempt… parameters what should be answered",
    )
}

/// Whether whoever calls, or whatever queue it is, is exempt: somebody is made up, who is in no list of anybody's.
fn is_everybody(function: &Function) -> bool {
    let set = |variable| function.setting(variable).into_iter().flat_map(|list| list.split(','));
    let (account, partition) = (arn::account(&function.arn), arn::partition(&function.arn));
    let is_covered = |who: &str| {
        let arn = format!("arn:{partition}:iam::{account}:{who}");
        // What is no pattern stops the function at its start.
        set("TRAILHOOK_EXEMPT_PRINCIPALS").any(|one| one.parse::<ArnPattern>().is_ok_and(|one| one.covers(&arn)))
    };
    ["user/nobody-in-particular", "role/nobody-in-particular"].into_iter().all(is_covered)
        || set("TRAILHOOK_EXEMPT_ACCOUNTS").any(|one| one == account)
        || set("TRAILHOOK_EXEMPT_QUEUES").any(|one| one.chars().all(|letter| letter == '*'))
}

/// The guard that knows our own calls goes by the path of our roles.
fn role(function: &Function, subject: &str) -> Option<Row> {
    let path = function.setting("TRAILHOOK_ROLE_PATH")?;
    let role = arn::resource(&function.role);
    let under =
        arn::service(&function.role) == "iam" && role.strip_prefix("role").is_some_and(|rest| rest.starts_with(path));
    Some(if under {
        Row::good("role", subject, format!("under {path}, so its own calls are known"))
    } else {
        let cause =
            format!("its role {} is not under {path}: its own calls would be answered like anybody's", function.role);
        Row::bad("role", subject, cause, format!("give it a role under {path}, and deploy again"))
    })
}
