//! A page for people that stands alone: one file of HTML with its style and its pictures in it.
//!
//! It loads nothing and runs nothing, and says so to the browser, so it can be kept, mailed and printed. What it says
//! comes in as data, [`Part`]s in [`Section`]s; how that looks is in `page.html` and `page.css`, and no HTML is made
//! anywhere else. Every text counts as a stranger's: it is escaped, shown on one line, and cut where it is too long.
//!
//! ```
//! use trailhook_cli::report::{Page, Part, Section};
//!
//! let list = Part::List { items: vec!["<script>alert(1)</script>".to_owned()], more: None };
//! let page = Page { title: "Queues".to_owned(), sections: vec![Section::of("Names", list)], ..Page::default() };
//! let html = page.html()?;
//! assert!(html.contains("&lt;script&gt;") && !html.contains("<script"));
//! # Ok::<(), trailhook_cli::report::PageError>(())
//! ```

mod parts;
mod stack;
mod text;
mod timeline;

pub use parts::{Cell, Fact, Part, Section, Table, top};
pub use stack::{Segment, Stack, Tone};
pub use text::figure;
pub use timeline::{Slot, Tick, Timeline};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

/// Its name ends in `.html`, which is what makes the library escape.
const NAME: &str = "page.html";
const HTML: &str = include_str!("page.html");
const CSS: &str = include_str!("page.css");

/// A page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    /// The heading.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub lead: String,
    /// What should not be overlooked.
    pub notice: Option<String>,
    /// The few figures that somebody in a hurry reads, each with what it counts.
    pub figures: Vec<(String, String)>,
    /// The rest.
    pub sections: Vec<Section>,
    /// How to read it, and where it comes from.
    pub foot: Vec<String>,
}

/// The page could not be laid out.
#[derive(Debug, thiserror::Error)]
#[error("the page can't be laid out: {0:#}")]
pub struct PageError(#[from] minijinja::Error);

impl Page {
    /// The whole file.
    ///
    /// # Errors
    /// The template and the data don't fit.
    pub fn html(&self) -> Result<String, PageError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
        );
        environment.set_formatter(text::shown);
        environment.add_template(NAME, HTML)?;
        // The style is ours.
        let style = Value::from_safe_string(CSS.to_owned());
        Ok(environment.get_template(NAME)?.render(context! { style, page => Serde(self) })?)
    }
}
