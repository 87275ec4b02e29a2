//! How an event is changed: mostly as JSON, because a change of bytes mostly makes no JSON at all.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::Value;

/// Changes the input in its buffer, and returns its new size.
pub fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut dice = Dice(seed | 1);
    if dice.of(4) > 0
        && let Ok(mut event) = serde_json::from_slice::<Value>(&data[..size])
    {
        for _ in 0..=dice.of(3) {
            change(&mut event, &mut dice);
        }
        let text = event.to_string();
        if text.len() <= most {
            data[..text.len()].copy_from_slice(text.as_bytes());
            return text.len();
        }
    }
    fuzzer_mutate(data, size, most)
}

/// A small generator of numbers (xorshift): libFuzzer gives a seed, so that a run can be repeated.
struct Dice(u32);

impl Dice {
    fn of(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % sides.max(1)
    }
}

fn change(event: &mut Value, dice: &mut Dice) {
    let count = places(event, &mut |_, _| {});
    let (from, to, kind) = (dice.of(count), dice.of(count), dice.of(8));
    let mut other = Value::Null;
    places(event, &mut |at, value| {
        if at == from {
            other = value.clone();
        }
    });
    places(event, &mut |at, value| {
        if at == to {
            match (kind, &mut *value) {
                (0..=3, Value::String(text)) => *text = changed(text, dice),
                (4, Value::Object(members)) => {
                    let name = members.keys().nth(dice.of(members.len())).cloned().unwrap_or_default();
                    members.remove(&name);
                }
                (5, Value::Object(members)) => {
                    let name = members.keys().nth(dice.of(members.len())).cloned().unwrap_or_default();
                    members.insert(changed(&name, dice), other.take());
                }
                (6, Value::Array(items)) => items.push(other.take()),
                (7, _) => {
                    let one = [Value::Null, true.into(), 0.into(), 1.5.into(), "".into(), Vec::<Value>::new().into()];
                    *value = one[dice.of(one.len())].clone();
                }
                _ => *value = other.take(),
            }
        }
    });
}

/// The text with some of its bytes changed by libFuzzer, which knows the dictionary and what was compared with what.
fn changed(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (size, most) = (bytes.len(), bytes.len() + 1 + dice.of(64));
    bytes.resize(most, 0);
    let size = fuzzer_mutate(&mut bytes, size, most);
    String::from_utf8_lossy(&bytes[..size]).into_owned()
}

/// Visits every value with its number, and returns how many there are.
fn places(value: &mut Value, visit: &mut dyn FnMut(usize, &mut Value)) -> usize {
    fn walk(value: &mut Value, at: &mut usize, visit: &mut dyn FnMut(usize, &mut Value)) {
        let own = *at;
        *at += 1;
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, at, visit)),
            Value::Object(members) => members.values_mut().for_each(|member| walk(member, at, visit)),
            _ => {}
        }
        visit(own, value);
    }
    let mut count = 0;
    walk(value, &mut count, visit);
    count
}
