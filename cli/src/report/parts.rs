//! What a page is made of.

use super::{Stack, Timeline, figure};
use serde::Serialize;
use std::collections::BTreeMap;

/// A heading and what is under it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// What is under it, in order.
    pub parts: Vec<Part>,
}

/// A part of a section.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "is", rename_all = "kebab-case")]
pub enum Part {
    /// A sentence.
    Text(String),
    /// Names with what there is to say about each.
    Facts(Vec<Fact>),
    /// A table.
    Table(Table),
    /// Tables that stand side by side where there is room.
    Tables(Vec<Table>),
    /// Bars that each show what a whole is made of.
    Stacks(Vec<Stack>),
    /// How many there were when.
    Timeline(Timeline),
    /// A list of sentences.
    List {
        /// The sentences.
        items: Vec<String>,
        /// How many more there are, in words.
        more: Option<String>,
    },
}

/// A name with what there is to say about it, a line each.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// The name.
    pub name: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The heads of the columns; of one with bars or figures, what they count.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// What is not in it, in words.
    pub more: Option<String>,
}

/// A cell of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "is", rename_all = "kebab-case")]
pub enum Cell {
    /// A name or a sentence.
    Text(String),
    /// What people write in a file, to the letter.
    Code(String),
    /// A number with a bar of this many hundredths.
    Bar {
        /// The number.
        figure: String,
        /// How long the bar is, from 0 to 100.
        width: f64,
    },
}

impl Section {
    /// One with a single part.
    pub fn of(title: impl Into<String>, part: Part) -> Section {
        Section { title: title.into(), parts: vec![part] }
    }
}

impl Fact {
    /// A fact of these lines.
    pub fn of(name: impl Into<String>, lines: impl IntoIterator<Item = String>) -> Fact {
        Fact { name: name.into(), lines: lines.into_iter().collect() }
    }
}

/// The most frequent names, each with a bar beside the longest one's.
pub fn top(caption: &str, name: &str, counts: &BTreeMap<String, u64>, most: usize) -> Table {
    let mut sorted: Vec<(&String, u64)> = counts.iter().map(|(name, count)| (name, *count)).collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let largest = sorted.first().map_or(1, |(_, count)| *count).max(1);
    let row = |(name, count): &(&String, u64)| {
        let width = (*count as f64 * 100.0 / largest as f64).max(1.0);
        vec![Cell::Text((*name).clone()), Cell::Bar { figure: figure(*count), width }]
    };
    let left: u64 = sorted.iter().skip(most).map(|(_, count)| count).sum();
    let names = sorted.len().saturating_sub(most) as u64;
    let more = (names > 0).then(|| format!("and {} more, with {} events together", figure(names), figure(left)));
    Table {
        caption: caption.to_owned(),
        head: vec![name.to_owned(), "events".to_owned()],
        rows: sorted.iter().take(most).map(row).collect(),
        more,
    }
}
