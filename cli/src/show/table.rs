//! Tables as wide as the terminal.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

/// A width that nobody has to scroll for, where there is no terminal to ask.
const WIDTH: u16 = 120;

pub(super) fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width());
    table.set_header(head);
    for row in rows {
        table.add_row(row);
    }
    table.to_string()
}

/// What fits into a line behind a label.
pub(super) fn cut(text: &str) -> String {
    let room = usize::from(width()).saturating_sub(12);
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room).chain("...".chars()).collect()
}

fn width() -> u16 {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0.max(60))
}
