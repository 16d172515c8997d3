//! How answers are matched, and what steps are filled with: `clients/conformance/README.md`.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Puts variables in place of their names, in all strings but the keys of maps.
pub fn filled(value: &Value, variables: &HashMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(filled_text(text, variables)),
        Value::Array(all) => all.iter().map(|each| filled(each, variables)).collect(),
        Value::Object(all) => {
            let all = all.iter().map(|(key, each)| (key.clone(), filled(each, variables)));
            Value::Object(all.collect())
        }
        other => other.clone(),
    }
}

fn filled_text(text: &str, variables: &HashMap<String, String>) -> String {
    let mut parts = text.split("${");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').expect("a variable's name ends");
        all += variables.get(name).unwrap_or_else(|| panic!("there is no variable {name}"));
        all += rest;
    }
    all
}

/// What stands at a path such as `changes.0.revision`, as a text.
pub fn at(path: &str, answer: &Value) -> Result<String, String> {
    let pointer = format!("/{}", path.replace('.', "/"));
    let found = answer.pointer(&pointer).ok_or_else(|| format!("no {path} in {answer}"))?;
    text(found).ok_or_else(|| format!("{path} is no text, but {found}"))
}

/// Where and how what was found does not match.
pub fn mismatch(expected: &Value, found: Option<&Value>, place: &str) -> Result<(), String> {
    let wrong = || match found {
        Some(found) => Err(format!("{place} is {found}, not {expected}")),
        None => Err(format!("{place} is not there, but {expected} is expected")),
    };
    match (expected, found) {
        (Value::Null, None) => Ok(()),
        (Value::Object(all), Some(found)) if operator(all).is_some() => {
            let holds = operator(all).is_some_and(|(name, wanted)| holds(name, wanted, found));
            if holds { Ok(()) } else { wrong() }
        }
        (Value::Object(all), Some(Value::Object(have))) => all
            .iter()
            .try_for_each(|(key, expected)| mismatch(expected, have.get(key), &format!("{place}.{key}"))),
        (Value::Array(all), Some(Value::Array(have))) if all.len() == have.len() => {
            all.iter().zip(have).enumerate().try_for_each(|(i, (expected, found))| {
                mismatch(expected, Some(found), &format!("{place}[{i}]"))
            })
        }
        (expected, Some(found)) if text(expected).is_some() && text(expected) == text(found) => Ok(()),
        _ => wrong(),
    }
}

fn operator(expected: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, wanted) = expected.iter().next()?;
    key.starts_with('$').then_some((key.as_str(), wanted))
}

fn holds(operator: &str, wanted: &Value, found: &Value) -> bool {
    match operator {
        "$any" => true,
        "$contains" => {
            found.as_str().is_some_and(|have| have.contains(wanted.as_str().expect("it is a text")))
        }
        "$has" => found.as_array().is_some_and(|have| {
            let has = |want: &Value| have.iter().any(|each| mismatch(want, Some(each), "").is_ok());
            wanted.as_array().expect("it is a list").iter().all(has)
        }),
        "$size" => size(found).is_some_and(|size| wanted.as_u64() == Some(size as u64)),
        "$above" => number(found).zip(number(wanted)).is_some_and(|(have, least)| have > least),
        "$not" => mismatch(wanted, Some(found), "").is_err(),
        other => panic!("there is no {other}"),
    }
}

fn size(found: &Value) -> Option<usize> {
    match found {
        Value::Array(all) => Some(all.len()),
        Value::Object(all) => Some(all.len()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<i64> {
    text(value)?.parse().ok()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_f64() => number.as_f64().map(|number| number.to_string()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
