//! Arguments as JavaScript gives them, each refused by its name.

use super::error::Thrown;
use js_sys::{Array, ArrayBuffer, JsString, Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;

// An exception that no `catch` stops at leaves the session borrowed for good, and any of these throws for some Proxy.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn keys_of(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Object, js_name = values)]
    fn values_of(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Object", "prototype", "toString"], js_name = call)]
    fn class_of(value: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Date", "prototype", "getTime"], js_name = call)]
    fn time_of(date: &JsValue) -> Result<f64, JsValue>;
}

// Compared within JavaScript.
thread_local! {
    static PLAIN: JsValue = "[object Object]".into();
    static ARRAY: JsValue = "[object Array]".into();
}

/// Whether it is an object of no built-in class: no array, Date or Map, no function.
pub(super) fn is_plain(value: &JsValue) -> bool {
    class_of(value).is_ok_and(|class| PLAIN.with(|plain| class == *plain))
}

pub(super) fn is_array(value: &JsValue) -> bool {
    class_of(value).is_ok_and(|class| ARRAY.with(|array| class == *array))
}

/// Longer lists are refused: the length of an array that isn't one may be any number.
const MOST_ITEMS: u32 = 65_536;

/// The items of an array.
pub(super) fn items(name: &str, array: &JsValue) -> Result<Vec<JsValue>, Thrown> {
    let refused = |_| Thrown::invalid(name, "can't be read");
    let length = Reflect::get(array, &"length".into()).map_err(refused)?;
    let length = whole(name, &length, 0, MOST_ITEMS)?;
    (0..length)
        .map(|index| Reflect::get_u32(array, index).map_err(refused))
        .collect()
}

/// The names of objects that were read before: a program makes its objects at few places, with the same members each time. To take names
/// over costs more than to compare them.
struct Shape {
    keys: Vec<JsValue>,
    names: Rc<[Rc<str>]>,
}

const MOST_SHAPES: usize = 8;
/// Objects of more members are no options.
const MOST_MEMBERS: usize = 32;

thread_local! {
    static SHAPES: RefCell<VecDeque<Shape>> = const { RefCell::new(VecDeque::new()) };
}

fn names(keys: &Array) -> Rc<[Rc<str>]> {
    let keys: Vec<JsValue> = (0..keys.length()).map(|index| keys.get(index)).collect();
    SHAPES.with_borrow_mut(|shapes| {
        if let Some(shape) = shapes.iter().find(|shape| shape.keys == keys) {
            return shape.names.clone();
        }
        let name = |key: &JsValue| key.as_string().unwrap_or_default().into();
        let names: Rc<[Rc<str>]> = keys.iter().map(name).collect();
        if keys.len() <= MOST_MEMBERS {
            shapes.truncate(MOST_SHAPES - 1);
            let names = names.clone();
            shapes.push_front(Shape { keys, names });
        }
        names
    })
}

/// The members of an options object that are set. `undefined` counts as not set.
pub(super) fn members(object: &JsValue, what: &str) -> Result<Vec<(Rc<str>, JsValue)>, Thrown> {
    if object.is_undefined() {
        return Ok(Vec::new());
    }
    if !is_plain(object) {
        return Err(Thrown::invalid(what, "expected an object"));
    }
    let keys = keys_of(object).map_err(|_| Thrown::invalid(what, "can't be read"))?;
    let names = names(&keys);
    // One call for all of them; where a getter or a proxy throws, one each says which.
    let values = values_of(object).ok();
    let values = values.filter(|values| values.length() as usize == names.len());
    let mut members = Vec::with_capacity(names.len());
    for (index, name) in (0..).zip(names.iter()) {
        let value = match &values {
            Some(values) => values.get(index),
            None => Reflect::get(object, &keys.get(index))
                .map_err(|_| Thrown::invalid(name, "can't be read"))?,
        };
        if !value.is_undefined() {
            members.push((name.clone(), value));
        }
    }
    Ok(members)
}

pub(super) fn unknown(name: &str) -> Thrown {
    Thrown::invalid(name, "is not an option here")
}

/// A number from `min` to `max`.
pub(super) fn number(name: &str, value: &JsValue, min: f64, max: f64) -> Result<f64, Thrown> {
    match value.as_f64() {
        Some(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(Thrown::invalid(
            name,
            &format!("expected a number from {min} to {max}"),
        )),
    }
}

/// A whole number from `min` to `max`.
pub(super) fn whole(name: &str, value: &JsValue, min: u32, max: u32) -> Result<u32, Thrown> {
    let number = number(name, value, min.into(), max.into())?;
    if number.fract() == 0.0 {
        Ok(number as u32)
    } else {
        Err(Thrown::invalid(name, "expected a whole number"))
    }
}

pub(super) fn octet(name: &str, value: &JsValue) -> Result<u8, Thrown> {
    Ok(whole(name, value, 0, 255)? as u8)
}

pub(super) fn flag(name: &str, value: &JsValue) -> Result<bool, Thrown> {
    value
        .as_bool()
        .ok_or_else(|| Thrown::invalid(name, "expected true or false"))
}

pub(super) fn string(name: &str, value: &JsValue) -> Result<String, Thrown> {
    text_of(name, value)?.ok_or_else(|| Thrown::invalid(name, "expected a string"))
}

/// The characters of a string; `None` for another value. Half of a surrogate pair is no character, and is refused: it would become U+FFFD.
pub(super) fn text_of(name: &str, value: &JsValue) -> Result<Option<String>, Thrown> {
    let text = value.as_string();
    let replaced = text
        .as_ref()
        .is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER));
    let broken = |text: &JsString| !text.is_valid_utf16();
    if replaced && value.dyn_ref().is_some_and(broken) {
        return Err(Thrown::invalid(name, "has half of a surrogate pair"));
    }
    Ok(text)
}

/// The bytes of a Uint8Array. An object that only has its prototype is none.
pub(super) fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    let array = value.dyn_ref::<Uint8Array>();
    array
        .filter(|array| ArrayBuffer::is_view(array))
        .map(Uint8Array::to_vec)
}

pub(super) fn octets(name: &str, value: &JsValue) -> Result<Vec<u8>, Thrown> {
    bytes_of(value).ok_or_else(|| Thrown::invalid(name, "expected a Uint8Array"))
}

/// A string whose characters all are ISO-8859-1, as bytes; at most `max` of them, none NUL.
pub(super) fn latin1(name: &str, value: &JsValue, max: usize) -> Result<Vec<u8>, Thrown> {
    let text = string(name, value)?;
    let bytes: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok().filter(|&byte| byte != 0))
        .collect();
    bytes.filter(|bytes| bytes.len() <= max).ok_or_else(|| {
        Thrown::invalid(
            name,
            &format!("expected at most {max} characters of ISO-8859-1, none of them NUL"),
        )
    })
}

/// One of the names that `find` knows.
pub(super) fn choice<T>(
    name: &str,
    value: &JsValue,
    find: impl Fn(&str) -> Option<T>,
    expected: &[&str],
) -> Result<T, Thrown> {
    let given = string(name, value)?;
    find(&given).ok_or_else(|| {
        Thrown::invalid(
            name,
            &format!(
                "\"{given}\" is unknown; expected one of {}",
                expected.join(", ")
            ),
        )
    })
}

/// A period of seconds, or a point in time.
pub(super) enum When {
    Seconds(Duration),
    At(i64),
}

pub(super) fn when(name: &str, value: &JsValue) -> Result<When, Thrown> {
    let refused = || Thrown::invalid(name, "expected a Date or a number of seconds above 0");
    if let Ok(millis) = time_of(value) {
        return if millis.is_nan() {
            Err(refused())
        } else {
            Ok(When::At(millis as i64))
        };
    }
    let seconds = value
        .as_f64()
        .filter(|seconds| *seconds > 0.0)
        .ok_or_else(refused)?;
    Duration::try_from_secs_f64(seconds)
        .map(When::Seconds)
        .map_err(|_| refused())
}
