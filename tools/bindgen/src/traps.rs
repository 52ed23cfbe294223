//! Panics as bare traps. A panic in the module ends in a trap whether or not it first makes a message that nobody can read:
//! there is no standard error. So the functions that begin a panic trap at once, and the optimiser then finds that what is
//! behind them is never called. The library's formatting is in the module for those messages alone: it traps too, and it is
//! made certain that nothing else calls it. The places of the panics are blanked.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use walrus::ir::{Call, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, DataKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, Module,
    ModuleConfig, ir::Value,
};

/// Parts of the names of functions of the standard library that do nothing but panic, in either way of mangling.
const PANICS: [&[&str]; 11] = [
    &["core", "9panicking"],
    &["std", "9panicking"],
    &["3std", "3sys", "9backtrace"],
    &["core", "6option", "_failed"],
    &["core", "6result", "13unwrap_failed"],
    &["core", "_fail"],
    &["core", "4cell", "panic_already"],
    &["alloc", "12handle_error"],
    &["alloc", "18handle_alloc_error"],
    &["alloc", "3vec", "13assert_failed"],
    &["std", "6thread", "5local", "panic_access_error"],
];

/// The same of functions that format.
const FORMATTING: [&[&str]; 4] = [
    &["4core3fmt9Formatter"],
    &["4core3fmt5write"],
    &["4core3fmt", "7Display"],
    &["4core3fmt", "5Debug"],
];

/// The module with the body of each of them replaced.
pub fn panics_trap(wasm: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut module = ModuleConfig::new().strict_validate(false).parse(wasm)?;
    for id in named(&module, &PANICS) {
        trap(&mut module, id);
    }
    let formatting = named(&module, &FORMATTING);
    if let Some(caller) = caller_of(&module, &formatting) {
        return Err(format!(
            "{caller} formats: the library's formatting traps in the module, see src/words.rs"
        )
        .into());
    }
    for id in formatting {
        trap(&mut module, id);
    }
    blank_places(&mut module);
    Ok(module.emit_wasm())
}

/// The functions whose names have all the parts of one of `kinds`.
fn named(module: &Module, kinds: &[&[&str]]) -> HashSet<FunctionId> {
    let is_one = |name: &str| {
        kinds
            .iter()
            .any(|parts| parts.iter().all(|part| name.contains(part)))
    };
    module
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|&id| module.funcs.get(id).name.as_deref().is_some_and(is_one))
        .collect()
}

fn trap(module: &mut Module, id: FunctionId) {
    let ty = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let arguments = params.iter().map(|&ty| module.locals.add(ty)).collect();
    let mut body = FunctionBuilder::new(&mut module.types, &params, &results);
    body.func_body().unreachable();
    module.funcs.get_mut(id).kind = FunctionKind::Local(body.local_func(arguments));
}

/// A function, reached from an export, that calls one of `functions`.
fn caller_of(module: &Module, functions: &HashSet<FunctionId>) -> Option<String> {
    let exported = module
        .exports
        .iter()
        .filter_map(|export| match export.item {
            ExportItem::Function(id) => Some(id),
            _ => None,
        });
    let mut waiting: Vec<FunctionId> = exported.collect();
    let mut reached: HashSet<FunctionId> = waiting.iter().copied().collect();
    while let Some(id) = waiting.pop() {
        let mut calls = Calls(Vec::new());
        if let FunctionKind::Local(function) = &module.funcs.get(id).kind {
            dfs_in_order(&mut calls, function, function.entry_block());
        }
        if calls.0.iter().any(|callee| functions.contains(callee)) {
            return module.funcs.get(id).name.clone();
        }
        waiting.extend(calls.0.into_iter().filter(|&callee| reached.insert(callee)));
    }
    None
}

/// The functions that a function calls.
struct Calls(Vec<FunctionId>);

impl Visitor<'_> for Calls {
    fn visit_call(&mut self, call: &Call) {
        self.0.push(call.func);
    }
}

/// Blanks every `core::panic::Location` and the names of source files: nothing reads them any more.
fn blank_places(module: &mut Module) {
    const SIZE: usize = 16;
    let mut memory = HashMap::new();
    for data in module.data.iter() {
        if let DataKind::Active {
            offset: ConstExpr::Value(Value::I32(start)),
            ..
        } = data.kind
        {
            memory.insert(data.id(), start as usize);
        }
    }
    let file = |address: usize, length: usize| {
        module.data.iter().find_map(|data| {
            let start = address.checked_sub(*memory.get(&data.id())?)?;
            let name = data.value.get(start..start.checked_add(length)?)?;
            (name.ends_with(b".rs") && name.is_ascii())
                .then_some((data.id(), start..start + length))
        })
    };
    let mut blank = Vec::new();
    for data in module.data.iter() {
        for at in (0..data.value.len().saturating_sub(SIZE - 1)).step_by(4) {
            let word = |n: usize| {
                u32::from_le_bytes(
                    data.value[at + 4 * n..][..4]
                        .try_into()
                        .expect("four octets"),
                ) as usize
            };
            let (line, column) = (word(2), word(3));
            if (1..100_000).contains(&line)
                && (1..1_000).contains(&column)
                && let Some(name) = file(word(0), word(1))
            {
                blank.push(name);
                blank.push((data.id(), at..at + SIZE));
            }
        }
    }
    for (id, range) in blank {
        module.data.get_mut(id).value[range].fill(0);
    }
}
