//! How many there were when: a bar for each day, or for longer spans where there are many days.

use super::figure;
use super::stack::round;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Serialize;
use std::collections::BTreeMap;

/// The most bars.
const MOST: usize = 100;
/// The most names of days under them.
const NAMED: usize = 7;
/// So many hundredths of its place a bar fills.
const FILLED: f64 = 0.84;

/// The picture, in hundredths of its width and height.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// What a bar stands for: `day`.
    pub unit: String,
    /// All of it in a sentence.
    pub said: String,
    /// The bars.
    pub slots: Vec<Slot>,
    /// The lines across, with their figures.
    pub ticks: Vec<Tick>,
}

/// A bar.
#[derive(Clone, Debug, Serialize)]
pub struct Slot {
    /// As in `2026-11-02`.
    pub name: String,
    /// How many.
    pub figure: String,
    /// Whether there are none.
    pub empty: bool,
    /// Where it begins.
    pub x: f64,
    /// How wide it is.
    pub width: f64,
    /// Its middle.
    pub middle: f64,
    /// Its upper end, from above.
    pub y: f64,
    /// How high it is.
    pub height: f64,
    /// Whether its name stands under it: `no`, `yes`, or `wide` for only where there is room.
    pub named: &'static str,
}

/// A line across.
#[derive(Clone, Debug, Serialize)]
pub struct Tick {
    /// What it stands for.
    pub figure: String,
    /// Where, from above.
    pub y: f64,
}

/// How long a bar's span is.
#[derive(Clone, Copy)]
enum Unit {
    Day,
    Month,
    Years(i32),
}

impl Timeline {
    /// The picture of so many on each day (`2026-11-02`), the days between them too; `None` where there is no day.
    pub fn of(days: &BTreeMap<String, u64>) -> Option<Timeline> {
        let days: Vec<(NaiveDate, u64)> =
            days.iter().filter_map(|(day, count)| Some((day.parse().ok()?, *count))).collect();
        let (first, last) = (days.first()?.0, days.last()?.0);
        let units = [Unit::Day, Unit::Month, Unit::Years(1), Unit::Years(10)];
        let fitting = units.into_iter().find(|unit| unit.spans(first, last).take(MOST + 1).count() <= MOST);
        let unit = fitting.unwrap_or(Unit::Years(100));
        let mut counts: BTreeMap<NaiveDate, u64> = unit.spans(first, last).map(|begins| (begins, 0)).collect();
        for (day, count) in &days {
            *counts.entry(unit.begin(*day)).or_default() += count;
        }
        let (total, most) = (counts.values().sum::<u64>(), counts.values().copied().max().unwrap_or(0));
        let top = ceiling(most);
        let busiest = counts.iter().find(|(_, count)| **count == most).map(|(begins, _)| unit.name(*begins));
        let said = format!(
            "{} events from {first} to {last}, by {}; the most are of {}: {}",
            figure(total),
            unit.word(),
            busiest.unwrap_or_default(),
            figure(most),
        );
        let slots = slots(&counts, top, |begins| unit.name(begins));
        let ticks = [2, 1].map(|half| Tick { figure: figure(top * half / 2), y: round(100.0 - 50.0 * half as f64) });
        Some(Timeline { unit: unit.word(), said, slots, ticks: ticks.to_vec() })
    }
}

fn slots(counts: &BTreeMap<NaiveDate, u64>, top: u64, name: impl Fn(NaiveDate) -> String) -> Vec<Slot> {
    let place = 100.0 / counts.len().max(1) as f64;
    let step = counts.len().div_ceil(NAMED).max(1);
    let slot = |(index, (begins, count)): (usize, (&NaiveDate, &u64))| {
        let height = *count as f64 * 100.0 / top as f64;
        let height = if *count > 0 { height.max(1.0) } else { 0.0 };
        let x = index as f64 * place;
        Slot {
            name: name(*begins),
            figure: figure(*count),
            empty: *count == 0,
            x: round(x + place * (1.0 - FILLED) / 2.0),
            width: round(place * FILLED),
            middle: round(x + place / 2.0),
            y: round(100.0 - height),
            height: round(height),
            named: match index {
                index if index % step != 0 => "no",
                index if index % (step * 2) != 0 => "wide",
                _ => "yes",
            },
        }
    };
    counts.iter().enumerate().map(slot).collect()
}

/// An even number that the highest bar stays under, with one or two digits that are not zero.
fn ceiling(most: u64) -> u64 {
    let mut unit = 1_u64;
    while most / unit > 20 {
        unit = unit.saturating_mul(10);
    }
    most.div_ceil(unit).next_multiple_of(2).max(2).saturating_mul(unit)
}

impl Unit {
    /// The beginnings of the spans that these days are in, and of those in between.
    fn spans(self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let next = move |begins: &NaiveDate| match self {
            Unit::Day => begins.checked_add_days(Days::new(1)),
            Unit::Month => begins.checked_add_months(Months::new(1)),
            Unit::Years(years) => begins.with_year(begins.year() + years),
        };
        std::iter::successors(Some(self.begin(first)), next).take_while(move |begins| *begins <= last)
    }

    fn begin(self, day: NaiveDate) -> NaiveDate {
        let begins = match self {
            Unit::Day => Some(day),
            Unit::Month => day.with_day(1),
            Unit::Years(years) => NaiveDate::from_ymd_opt(day.year() - day.year().rem_euclid(years), 1, 1),
        };
        // Every month and every year has a first day.
        begins.unwrap_or(day)
    }

    fn name(self, begins: NaiveDate) -> String {
        match self {
            Unit::Day => begins.to_string(),
            Unit::Month => begins.format("%Y-%m").to_string(),
            Unit::Years(1) => begins.format("%Y").to_string(),
            Unit::Years(_) => begins.format("%Ys").to_string(),
        }
    }

    fn word(self) -> String {
        match self {
            Unit::Day => "day".to_owned(),
            Unit::Month => "month".to_owned(),
            Unit::Years(1) => "year".to_owned(),
            Unit::Years(years) => format!("{years} years"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(days: &[(&str, u64)]) -> Option<Timeline> {
        Timeline::of(&days.iter().map(|(day, count)| ((*day).to_owned(), *count)).collect())
    }

    #[test]
    fn a_day_without_events_has_its_place() {
        let timeline = drawn(&[("2026-02-27", 3), ("2026-03-02", 6), ("unknown", 9)]).unwrap();
        let figures: Vec<(&str, &str)> =
            timeline.slots.iter().map(|slot| (slot.name.as_str(), slot.figure.as_str())).collect();
        assert_eq!(figures, [("2026-02-27", "3"), ("2026-02-28", "0"), ("2026-03-01", "0"), ("2026-03-02", "6")]);
        assert_eq!((timeline.slots[0].height, timeline.slots[3].height), (50.0, 100.0));
        assert_eq!(timeline.said, "9 events from 2026-02-27 to 2026-03-02, by day; the most are of 2026-03-02: 6");
    }

    #[test]
    fn long_spans_are_drawn_by_month_year_or_more() {
        for (first, last, unit, slots) in [
            ("2026-01-01", "2026-04-10", "day", 100),
            ("2026-01-31", "2027-01-01", "month", 13),
            ("1970-06-01", "2026-11-02", "year", 57),
            ("1601-01-01", "2026-11-02", "10 years", 43),
            ("0000-02-29", "9999-12-31", "100 years", 100),
        ] {
            let timeline = drawn(&[(first, 1), (last, 1)]).unwrap();
            assert_eq!((timeline.unit.as_str(), timeline.slots.len()), (unit, slots));
            assert_eq!(timeline.slots.iter().filter(|slot| slot.named != "no").count().div_ceil(NAMED), 1, "{unit}");
        }
        assert!(drawn(&[("unknown", 1)]).is_none());
    }

    #[test]
    fn no_bar_is_higher_than_the_highest_line() {
        let all = [0, 1, 2, 3, 7, 20, 21, 99, 1_234, 987_654_321];
        assert_eq!(all.map(ceiling), [2, 2, 2, 4, 8, 20, 40, 100, 1_400, 1_000_000_000]);
    }
}
