//! Streams of every layout, whole and broken.

use super::*;

/// Hands out a few bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = self.1.min(self.0.len()).min(buffer.len());
        let (now, later) = self.0.split_at(most);
        buffer[..most].copy_from_slice(now);
        self.0 = later;
        Ok(most)
    }
}

fn cut(text: &str, step: usize) -> (Vec<String>, Option<String>) {
    let mut split = Split::new(Slow(text.as_bytes(), step));
    let mut records = Vec::new();
    loop {
        match split.record() {
            Ok(Some(record)) => records.push(String::from_utf8(record.bytes.to_vec()).unwrap()),
            Ok(None) => return (records, None),
            Err(error) => return (records, Some(error.to_string())),
        }
    }
}

#[test]
fn every_layout_is_cut_into_the_same_records_however_it_comes() {
    let records = [r#"{"a": "}{\\\"]", "b": {"c": [{}]}}"#, r#"{"é": "\u007d\\"}"#, "{}"];
    let [one, two, three] = records;
    for text in [
        format!(r#"{{"Records":[{one},{two},{three}]}}"#),
        format!("{{ \"Events\" :\n [ {one} ,\n{two}, {three} ] }}\n"),
        format!("[{one},{two},{three}]"),
        format!("{one}\n\r\n{two}\n{three}"),
        format!("\u{feff}{one}{two}{three}"),
        format!(r#"{{"Records":[{one}]}}{{"Records":[{two}]}} {three}"#),
        format!(r#"{{"Events": [{one},{two}], "NextToken": "}}]\"", "More": {{}}}} {three}"#),
    ] {
        for step in [1, 2, 3, 7, 1_000_000] {
            assert_eq!(cut(&text, step), (records.map(str::to_owned).to_vec(), None), "{text} by {step}");
        }
    }
    assert_eq!(cut(r#"{"Records":[]}"#, 4), (vec![], None));
    assert_eq!(cut(r#"{"Recordss":[{}]}"#, 4).0, [r#"{"Recordss":[{}]}"#]);
    assert_eq!(cut(" ", 1), (vec![], None));
    // A line that is none, or is cut off, costs itself.
    let lines = "{}\nnot JSON\n{\"a\": \"b\n{\"c\": 1}\n{\"d\": {\n{}}}\n\"";
    for step in [1, 2, 1_000] {
        let broken = cut("{}\n{\"a\": {\n{\"b\": {}}\n{\"c\": [\n{}\n{", step);
        assert_eq!(broken.0, ["{}", "{\"a\": {", "{\"b\": {}}", "{\"c\": [", "{}"]);
        assert!(broken.1.unwrap().starts_with("it ends in the middle of the record"), "the last line");
        assert_eq!(cut(lines, step).0, ["{}", "not JSON", r#"{"a": "b"#, r#"{"c": 1}"#, "{\"d\": {\n{}}}", "\""]);
    }
    // What a list holds besides objects is handed on as well: whoever parses it refuses it by its number.
    let odd = r#"{"Records":["a,]\"", 1.5 ,null,[{"b":[]}],{}]}"#;
    for step in [1, 2, 1_000] {
        assert_eq!(cut(odd, step).0, [r#""a,]\"""#, "1.5 ", "null", r#"[{"b":[]}]"#, "{}"]);
    }
}

#[test]
fn what_is_no_record_or_cut_off_is_told_with_the_place() {
    for (text, records, error) in [
        (r#"{"Records":[{"a":1},{"b":"#, 1, "it ends in the middle of the record that begins at byte 20"),
        (r#"{"a": "\"#, 0, "it ends in the middle of the record that begins at byte 0"),
        ("[{},{}}]", 2, "byte 6: expected a JSON object, found '}'"),
        (r#"{"Records":[{},"#, 1, "it ends within the list that its records are in, at byte 15"),
        ("[", 0, "it ends within the list that its records are in, at byte 1"),
        (r#"{"Records":[{}]"#, 1, "it ends in the middle of the record that begins at byte 15"),
    ] {
        for step in [1, 5, 1_000] {
            let (found, told) = cut(text, step);
            assert_eq!((found.len(), told.as_deref()), (records, Some(error)), "{text}");
        }
    }
    let endless = format!(r#"{{"a": "{}"#, "x".repeat(LARGEST + CHUNK));
    assert!(cut(&endless, CHUNK).1.unwrap().contains("larger than"));
}
