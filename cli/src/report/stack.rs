//! A bar that shows what a whole is made of.

use super::figure;
use serde::Serialize;

/// So wide is a bar.
const WIDTH: f64 = 100.0;
/// One of a million is still seen.
const THINNEST: f64 = 0.5;

/// The bar, with its figures.
#[derive(Clone, Debug, Serialize)]
pub struct Stack {
    /// What it is of.
    pub name: String,
    /// What else there is to say about it.
    pub note: String,
    /// The whole.
    pub total: String,
    /// What it is made of, from the left.
    pub segments: Vec<Segment>,
}

/// A part of the whole.
#[derive(Clone, Debug, Serialize)]
pub struct Segment {
    /// Its colour, by what it means.
    pub tone: Tone,
    /// What it is.
    pub label: String,
    /// How many.
    pub figure: String,
    /// In hundredths of the whole, in words.
    pub share: String,
    /// Where it begins.
    pub x: f64,
    /// How wide it is: its share, unless that is too thin to be seen.
    pub width: f64,
}

/// What a part of a whole means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Something would be done.
    Act,
    /// Something went wrong.
    Failed,
    /// It is left for later.
    Later,
    /// It is left alone on purpose: one of a few shades, so that neighbours differ.
    Skip0,
    /// The next shade.
    Skip1,
    /// And the last.
    Skip2,
    /// There is nothing to do.
    Nothing,
}

impl Stack {
    /// The bar of these parts; the order in which they come is theirs from the left.
    pub fn of(name: impl Into<String>, note: impl Into<String>, parts: Vec<(Tone, String, u64)>) -> Stack {
        let total: u64 = parts.iter().map(|(_, _, count)| count).sum();
        let shares: Vec<f64> = parts.iter().map(|(_, _, count)| *count as f64 / total.max(1) as f64).collect();
        let widths = widths(&shares);
        let mut x = 0.0;
        let segment = |((tone, label, count), (share, width)): ((Tone, String, u64), (&f64, f64))| {
            let begins = x;
            x += width;
            Segment {
                tone,
                label,
                figure: figure(count),
                share: percent(*share),
                x: round(begins),
                width: round(width),
            }
        };
        let segments = parts.into_iter().zip(shares.iter().zip(widths)).map(segment).collect();
        Stack { name: name.into(), note: note.into(), total: figure(total), segments }
    }
}

/// Each share of the bar; what the thinnest get beyond theirs is taken from the others.
fn widths(shares: &[f64]) -> Vec<f64> {
    let is_thin = |share: &f64| *share > 0.0 && *share * WIDTH < THINNEST;
    let thin = shares.iter().filter(|share| is_thin(share)).count() as f64;
    let of_thin: f64 = shares.iter().filter(|share| is_thin(share)).sum();
    let rest = (WIDTH - thin * THINNEST).max(0.0) / (1.0 - of_thin).max(f64::EPSILON);
    shares.iter().map(|share| if is_thin(share) { THINNEST } else { share * rest }).collect()
}

/// To a thousandth: a drawing needs no more.
pub(super) fn round(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// What is there is never 0 %, and what is not all of it never 100 %.
fn percent(share: f64) -> String {
    match share * 100.0 {
        none if none <= 0.0 => "0 %".to_owned(),
        little if little < 0.1 => "< 0.1 %".to_owned(),
        most if most > 99.9 && most < 100.0 => "> 99.9 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths_of(counts: &[u64]) -> Vec<f64> {
        let parts = counts.iter().map(|count| (Tone::Act, String::new(), *count)).collect();
        Stack::of("", "", parts).segments.iter().map(|segment| segment.width).collect()
    }

    #[test]
    fn a_bar_is_full_and_shows_what_is_rare() {
        assert_eq!(widths_of(&[30, 60, 10]), [30.0, 60.0, 10.0]);
        assert_eq!(widths_of(&[1, 999_999, 0]), [0.5, 99.5, 0.0]);
        assert_eq!(widths_of(&[0]), [0.0]);
        let many: f64 = widths_of(&[1, 1, 1, 5_000, 400_000, 600_000]).iter().sum();
        assert!((many - 100.0).abs() < 0.01, "{many}");
    }

    #[test]
    fn no_share_is_rounded_to_none_or_all() {
        assert_eq!(
            [0.0, 0.000_01, 0.5, 0.999_999, 1.0].map(percent).join(", "),
            "0 %, < 0.1 %, 50.0 %, > 99.9 %, 100.0 %"
        );
    }
}
