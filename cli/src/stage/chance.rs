//! Chance that can be had again: the same seed and the same event give the same luck, in whatever
//! order the deliveries happen to run.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A number from 0 up to 1, evenly spread over what it is asked about.
pub(super) fn chance(seed: u64, about: &impl Hash) -> f64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    about.hash(&mut hasher);
    // Half of the bits are plenty.
    let bits = u32::try_from(hasher.finish() >> 32).unwrap_or_default();
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_even_and_repeats() {
        let lucky = (0..10_000).filter(|event: &u32| chance(7, &(event, "t")) < 0.3).count();
        assert!((2_800..3_200).contains(&lucky), "{lucky}");
        assert_eq!(chance(7, &"e"), chance(7, &"e"));
        assert_ne!(chance(7, &"e"), chance(8, &"e"));
    }
}
