//! How complex the wildcards of one field are together.
//!
//! EventBridge refuses wildcards that could be half-way through in too many places at once:
//! each star waits for ever, and text behind a star that repeats itself (`/a/a/a`) is matched
//! at several offsets together. AWS publishes neither the measure nor the limit. This is the
//! measure of the open-source engine, the largest number of places that one value can keep
//! open at a time, with the limit that the refusals on record agree with: `*:*:*:*:*:x/*` is
//! too much, as are four of `*/datasync/*.bif` in one field, and two of them are not.
//!
//! Searching for that worst value may take long, so it stops after [`BUDGET`] steps and says
//! "not too complex": never slow, at worst lenient.

use std::collections::HashSet;

use super::wildcard::Wildcard;

/// More open places than this and the pattern is refused.
const LIMIT: usize = 10;
/// Sets of open places looked at before giving up.
const BUDGET: usize = 2_000;

/// One step of a wildcard: a byte to be read, or a star.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Byte(u8),
    Star,
}

/// Whether the wildcards of one field, a slice for each condition, are together more than
/// EventBridge takes.
pub(super) fn too_complex(conditions: &[&[Wildcard]]) -> bool {
    let programs: Vec<Vec<Step>> = conditions.iter().flat_map(|wildcards| wildcards.iter().map(steps)).collect();
    if programs.is_empty() {
        return false;
    }
    let shared = shared(conditions, &programs);
    let weigh = |open: &[(usize, usize)]| {
        let mut places: Vec<_> = open.iter().map(|&(program, at)| shared[program][at]).collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    };
    // a place is (program, steps done); reading begins before the opening quote
    let start: Vec<(usize, usize)> = (0..programs.len()).map(|program| (program, 0)).collect();
    let mut pending = vec![start];
    let mut seen = HashSet::new();
    while let Some(open) = pending.pop() {
        if seen.len() >= BUDGET {
            return false;
        }
        for byte in readable(&programs, &open) {
            let next = read(&programs, &open, byte);
            if weigh(&next) > LIMIT {
                return true;
            }
            if !next.is_empty() && seen.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    false
}

/// For each place the first place that counts as the same one: the wildcards of one condition
/// share what they have in common up to their first star.
fn shared(conditions: &[&[Wildcard]], programs: &[Vec<Step>]) -> Vec<Vec<(usize, usize)>> {
    let owner: Vec<usize> = conditions
        .iter()
        .enumerate()
        .flat_map(|(condition, wildcards)| std::iter::repeat_n(condition, wildcards.len()))
        .collect();
    let head = |program: usize| {
        let steps = &programs[program];
        steps.iter().position(|step| *step == Step::Star).map_or(steps.len(), |star| star + 1)
    };
    (0..programs.len())
        .map(|program| {
            (0..=programs[program].len())
                .map(|at| {
                    let same = (0..program).find(|&other| {
                        owner[other] == owner[program]
                            && at <= head(program).min(head(other))
                            && programs[other][..at] == programs[program][..at]
                    });
                    (same.unwrap_or(program), at)
                })
                .collect()
        })
        .collect()
}

fn steps(wildcard: &Wildcard) -> Vec<Step> {
    let mut steps = vec![Step::Byte(b'"')];
    for (index, piece) in wildcard.pieces().iter().enumerate() {
        if index > 0 {
            steps.push(Step::Star);
        }
        steps.extend(piece.bytes().map(Step::Byte));
    }
    steps.push(Step::Byte(b'"'));
    steps
}

/// The bytes that move some open place on, and `None` for all others.
fn readable(programs: &[Vec<Step>], open: &[(usize, usize)]) -> Vec<Option<u8>> {
    let mut bytes = vec![None];
    for &(program, at) in open {
        if let Some(Step::Byte(byte)) = programs[program].get(at)
            && !bytes.contains(&Some(*byte))
        {
            bytes.push(Some(*byte));
        }
    }
    bytes
}

/// The places open after reading `byte`. A place behind a star stays; a place before a star
/// opens the place behind it as well.
fn read(programs: &[Vec<Step>], open: &[(usize, usize)], byte: Option<u8>) -> Vec<(usize, usize)> {
    let mut next = Vec::new();
    for &(program, at) in open {
        let steps = &programs[program];
        if at > 0 && steps[at - 1] == Step::Star {
            next.push((program, at));
        }
        if let (Some(Step::Byte(wanted)), Some(byte)) = (steps.get(at), byte)
            && *wanted == byte
        {
            next.push((program, at + 1));
            if steps.get(at + 1) == Some(&Step::Star) {
                next.push((program, at + 2));
            }
        }
    }
    next.sort_unstable();
    next.dedup();
    next
}
