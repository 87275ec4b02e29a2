//! CBOR, as Smithy's RPC v2 protocol has it: times are numbers of seconds behind tag 1.

use super::shape::Shape;
use minicbor::data::{IanaTag, Type};
use minicbor::decode::Error;
use minicbor::encode::Write;
use minicbor::{Decoder, Encoder, encode};
use serde_json::{Map, Value};

/// Deeper requests than this are none of CloudWatch's.
const DEEPEST: usize = 16;

/// Reads a request. Tags are left out: which member is a time is known without.
pub(in crate::stage) fn read(bytes: &[u8]) -> Result<Value, Error> {
    let mut decoder = Decoder::new(bytes);
    let value = value(&mut decoder, 0)?;
    if decoder.position() < bytes.len() {
        return Err(Error::message("there is more behind the end"));
    }
    Ok(value)
}

/// Writes an answer.
pub(super) fn written(shape: &Shape) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    // Memory does not fail to be written to.
    put(&mut encoder, shape).ok();
    encoder.into_writer()
}

/// Writes what JSON can say.
pub(in crate::stage) fn of_json(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    // Memory does not fail to be written to.
    put_json(&mut encoder, value).ok();
    encoder.into_writer()
}

fn value(decoder: &mut Decoder<'_>, depth: usize) -> Result<Value, Error> {
    if depth > DEEPEST {
        return Err(Error::message("it is too deep"));
    }
    Ok(match decoder.datatype()? {
        Type::Map | Type::MapIndef => {
            let mut members = Map::new();
            let mut left = decoder.map()?;
            while !ended(decoder, &mut left)? {
                let name = text(decoder)?;
                members.insert(name, value(decoder, depth + 1)?);
            }
            // What is null is not there.
            members.retain(|_, value| !value.is_null());
            Value::Object(members)
        }
        Type::Array | Type::ArrayIndef => {
            let mut items = Vec::new();
            let mut left = decoder.array()?;
            while !ended(decoder, &mut left)? {
                items.push(value(decoder, depth + 1)?);
            }
            Value::Array(items)
        }
        Type::Tag => {
            decoder.tag()?;
            value(decoder, depth + 1)?
        }
        Type::String | Type::StringIndef => Value::String(text(decoder)?),
        Type::Bool => Value::Bool(decoder.bool()?),
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Value::Null
        }
        Type::F16 | Type::F32 | Type::F64 => Value::from(decoder.f64()?),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => Value::from(decoder.u64()?),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => Value::from(decoder.i64()?),
        other => return Err(Error::type_mismatch(other).at(decoder.position())),
    })
}

/// Is this list, or this map, at its end? Some say before how long they are; others have a mark there.
fn ended(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, Error> {
    if let Some(left) = left {
        let ended = *left == 0;
        *left = left.saturating_sub(1);
        return Ok(ended);
    }
    let ended = decoder.datatype()? == Type::Break;
    if ended {
        decoder.set_position(decoder.position() + 1);
    }
    Ok(ended)
}

fn text(decoder: &mut Decoder<'_>) -> Result<String, Error> {
    decoder.str_iter()?.collect()
}

fn put<W: Write>(encoder: &mut Encoder<W>, shape: &Shape) -> Result<(), encode::Error<W::Error>> {
    match shape {
        Shape::Text(text) => encoder.str(text)?,
        Shape::Number(number) => encoder.f64(*number)?,
        Shape::Time(seconds) => encoder.tag(IanaTag::Timestamp)?.i64(*seconds)?,
        Shape::List(items) => {
            encoder.array(items.len() as u64)?;
            return items.iter().try_for_each(|item| put(encoder, item));
        }
        Shape::Structure(members) => {
            encoder.map(members.len() as u64)?;
            return members.iter().try_for_each(|(name, shape)| {
                encoder.str(name)?;
                put(encoder, shape)
            });
        }
    };
    Ok(())
}

fn put_json<W: Write>(encoder: &mut Encoder<W>, value: &Value) -> Result<(), encode::Error<W::Error>> {
    match value {
        Value::Null => encoder.null()?,
        Value::Bool(yes) => encoder.bool(*yes)?,
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => encoder.i64(whole)?,
            (None, broken) => encoder.f64(broken.unwrap_or_default())?,
        },
        Value::String(text) => encoder.str(text)?,
        Value::Array(items) => {
            encoder.array(items.len() as u64)?;
            return items.iter().try_for_each(|item| put_json(encoder, item));
        }
        Value::Object(members) => {
            encoder.map(members.len() as u64)?;
            return members.iter().try_for_each(|(name, value)| {
                encoder.str(name)?;
                put_json(encoder, value)
            });
        }
    };
    Ok(())
}
