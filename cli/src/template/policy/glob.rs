//! `*` for any characters, `?` for one, as policies have them.

/// Whether the whole text matches.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut behind) = (0, 0);
    // Where the last star is, and how much of the text it has taken so far.
    let mut star = None;
    while let Some(character) = text.get(behind) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, behind));
                at += 1;
            }
            Some(expected) if *expected == '?' || expected == character => {
                at += 1;
                behind += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                (at, behind) = (place + 1, taken + 1);
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

/// Whether an ARN matches, each of its six parts for itself.
pub(in crate::template) fn arn_matches(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| glob(pattern, part))
}
