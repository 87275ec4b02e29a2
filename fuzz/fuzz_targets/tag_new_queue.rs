//! Whatever tags are planned, SQS takes them.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use std::sync::LazyLock;
use trailhook::responses::tag_new_queue::{TagNewQueue, TagSettings};
use trailhook_fuzz::{actions, hold, mutate, rules};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate(data, size, most, seed) });

/// Every name that a template may use, and templates that look into the text.
static RESPONSE: LazyLock<TagNewQueue> = LazyLock::new(|| {
    let settings = TagSettings::from_json(
        r#"{"actor": "{{ actor }}", "kind": "{{ actorKind | upper }}", "through": "{{ through }}",
            "principal": "{{ principalArn }}", "day": "{{ eventTime[:10] }}", "id": "{{ eventID }}",
            "call": "{{ eventName }}", "from": "{{ sourceIPAddress }}", "with": "{{ userAgent[:3] }}{{ userAgent }}",
            "region": "{{ awsRegion }}", "account": "{{ accountId }}", "queue": "{{ queueName | replace('.', ' ') }}",
            "team": "payments", "agent": "{{ record.userAgent }}", "who": "{{ who.name }} {{ who.session | default('?') }}",
            "issuer": "{{ record.userIdentity.sessionContext.sessionIssuer }}", "asked": "{{ record.requestParameters }}"}"#,
    );
    TagNewQueue::new(settings.expect("settings").requiring(vec!["owner".to_owned()]))
});

fuzz_target!(|data: &[u8]| {
    for action in actions(&*RESPONSE, data).0 {
        hold(rules::tags(&action));
        assert_eq!((action.queue_url.account(), action.queue_arn.account()), ("111122223333", "111122223333"));
    }
});
