//! Why EventBridge refuses a pattern, and where in the pattern the reason stands.
//!
//! The kinds follow the answers of `InvalidEventPatternException`. Where EventBridge's
//! wording is a known quantity the sentence here is close enough to be recognised; the place
//! is ours, EventBridge gives a line and a column.

use thiserror::Error;

/// A pattern that EventBridge would not accept: the reason, and its path in the pattern.
///
/// ```
/// use trailhook::pattern::{Pattern, Reason};
///
/// let error = Pattern::parse(r#"{"detail": {"eventName": [{"prefix": 7}]}}"#).unwrap_err();
/// assert_eq!(error.path(), "detail.eventName[0].prefix");
/// assert!(matches!(error.reason(), Reason::NotAString { .. }));
/// assert_eq!(
///     error.to_string(),
///     "Event pattern is not valid. Reason: prefix match pattern must be a string \
///      at detail.eventName[0].prefix"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[error("Event pattern is not valid. Reason: {reason}{}", Place(path))]
pub struct PatternError {
    path: String,
    reason: Reason,
}

struct Place<'a>(&'a str);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " at {}", self.0) }
    }
}

impl PatternError {
    /// `path` as it stands in the pattern, `detail.eventName[0].prefix`; empty for the whole.
    pub(super) fn new(path: impl Into<String>, reason: Reason) -> Self {
        Self { path: path.into(), reason }
    }

    /// Where in the pattern: names joined by dots, places in arrays in brackets, empty when the
    /// pattern as a whole is meant.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// Longer than the 4,096 characters the API takes.
    #[error("pattern has {characters} characters, the limit is {limit}")]
    TooLong {
        /// Characters in the pattern.
        characters: usize,
        /// The most there may be.
        limit: usize,
    },
    /// The text is not JSON.
    #[error("not valid JSON: {message}")]
    NotJson {
        /// What the JSON parser says, with line and column.
        message: String,
    },
    /// The JSON is something else than an object.
    #[error("Filter is not an object")]
    NotAnObject,
    /// Nested deeper than 128 levels.
    #[error("pattern is nested too deeply")]
    TooDeep,
    /// `{}` where fields are expected.
    #[error("Empty objects are not allowed")]
    EmptyObject,
    /// `[]` where values are expected.
    #[error("Empty arrays are not allowed")]
    EmptyArray,
    /// A field holding a bare value, not an array or an object.
    #[error("\"{field}\" must be an object or an array")]
    NotAList {
        /// The field's name.
        field: String,
    },
    /// An array inside an array of values.
    #[error("Match value must be String, number, true, false, or null")]
    NotAValue,
    /// `{}` in an array of values.
    #[error("Match expression name not found")]
    NoOperator,
    /// An operator EventBridge does not know; names are case-sensitive.
    #[error("Unrecognized match type {name}")]
    UnknownOperator {
        /// As written.
        name: String,
    },
    /// More than one key in an operator object.
    #[error("Only one key allowed in match expression")]
    SeveralOperators,
    /// The operator takes a string.
    #[error("{operator} match pattern must be a string")]
    NotAString {
        /// The operator; EventBridge says `prefix/suffix` when they stand inside `anything-but`.
        operator: &'static str,
    },
    /// `prefix` or `suffix` holding an object that is not `equals-ignore-case`.
    #[error("Unsupported {operator} pattern: {name}")]
    UnsupportedNested {
        /// The outer operator.
        operator: &'static str,
        /// What stands inside.
        name: String,
    },
    /// An empty string in `anything-but`'s `prefix` or `suffix`.
    #[error("Null prefix/suffix not allowed")]
    EmptyAffix,
    /// `anything-but` with null, a boolean or the wrong kind of object.
    #[error("Value of anything-but must be an array or single string/number value")]
    AnythingButValue,
    /// Null, a boolean, an array or an object in `anything-but`'s list.
    #[error("Inside anything but list, start|null|boolean is not supported")]
    AnythingButItem,
    /// Strings and numbers together, or nothing at all, in `anything-but`'s list.
    #[error("Inside anything but list, either all values are number or string, mixed type is not supported")]
    AnythingButMixed,
    /// Something else than strings in `anything-but`'s `equals-ignore-case`.
    #[error("Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported")]
    AnythingButIgnoreCase,
    /// An operator that `anything-but` can't turn round.
    #[error("Unsupported anything-but pattern: {name}")]
    UnsupportedAnythingBut {
        /// As written.
        name: String,
    },
    /// `exists` takes true or false.
    #[error("exists match pattern must be either true or false")]
    NotABoolean,
    /// `numeric` takes an array.
    #[error("Value of numeric must be an array")]
    NumericNotAnArray,
    /// `numeric`'s array does not begin with a comparison.
    #[error("Invalid member in numeric match")]
    NumericMember,
    /// Not one of `=`, `<`, `<=`, `>`, `>=`.
    #[error("Unrecognized numeric range operator: {operator}")]
    NumericOperator {
        /// As written.
        operator: String,
    },
    /// The second comparison of a range is not `<` or `<=`.
    #[error("Bad numeric range operator: {operator}")]
    NumericRangeOperator {
        /// As written.
        operator: String,
    },
    /// A comparison without a number behind it.
    #[error("Value of {operator} must be numeric")]
    NumericValue {
        /// The comparison.
        operator: &'static str,
    },
    /// More than a comparison, or more than a range.
    #[error("Too many elements in numeric expression")]
    NumericTooMany,
    /// Outside the documented range.
    #[error("Value must be between -5.0E9 and 5.0E9, inclusive")]
    NumericLimit,
    /// A range that holds no number.
    #[error("Bottom must be less than top")]
    NumericRange,
    /// A CIDR block without its slash, or with two.
    #[error("Malformed CIDR, one '/' required")]
    CidrSlash,
    /// The mask is not an integer.
    #[error("Malformed CIDR, mask bits must be an integer")]
    CidrMask,
    /// The mask is below zero.
    #[error("Malformed CIDR, mask bits must not be negative")]
    CidrNegative,
    /// The mask is too long: one address alone is written as an exact value.
    #[error("{family} mask bits must be < {limit}")]
    CidrTooLong {
        /// `IPv4` or `IPv6`.
        family: &'static str,
        /// The first length that is refused.
        limit: u8,
    },
    /// Not an IP address before the slash.
    #[error("Nonstandard IP address: {text}")]
    NotAnAddress {
        /// As written.
        text: String,
    },
    /// `**` in a wildcard.
    #[error("Consecutive wildcard characters at pos {at}")]
    WildcardRepeated {
        /// Bytes from the opening quote, as EventBridge counts.
        at: usize,
    },
    /// A backslash before something else than `*` or `\`.
    #[error("Invalid escape character at pos {at}")]
    WildcardEscape {
        /// Bytes from the opening quote, as EventBridge counts.
        at: usize,
    },
    /// Wildcards that could be in too many places of a value at once.
    #[error(
        "Rule is too complex - try using fewer wildcard characters or fewer repeating character \
         sequences after a wildcard character"
    )]
    TooComplex,
    /// `$or` holds something else than an array.
    #[error("It must be an Array followed with $or")]
    OrNotAnArray,
    /// `$or`'s array holds something else than objects.
    #[error("Only JSON object is allowed in array of $or relationship")]
    OrNotAnObject,
    /// `$or` with fewer than two objects.
    #[error("There must have at least 2 Objects in $or relationship")]
    OrTooFew,
    /// An operator's name used as a field's name inside `$or`.
    #[error("{name} is Ruler reserved fieldName which cannot be used inside $or")]
    OrReserved {
        /// As written.
        name: String,
    },
    /// More combinations of `$or` branches than EventBridge takes.
    #[error("Event pattern contains more than {limit} rule combinations")]
    TooManyCombinations {
        /// The most there may be.
        limit: usize,
    },
    /// Too large with all combinations of `$or` branches written out. This limit is ours.
    #[error("pattern is too large with all its rule combinations")]
    TooLarge,
    /// More fields than the engine takes in one combination.
    #[error("pattern has more than {limit} fields")]
    TooManyFields {
        /// The most there may be.
        limit: usize,
    },
}
