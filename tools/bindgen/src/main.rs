//! `bindgen <input.wasm> <output directory>`: what `wasm-bindgen --target web` does, as a program of our own,
//! so that nothing outside the package registries is needed and its version is locked with the crate's.

use std::error::Error;
use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        eprintln!("usage: bindgen <input.wasm> <output directory>");
        std::process::exit(2);
    };
    if let Err(error) = run(&input, &output) {
        eprintln!("bindgen: {error:#}");
        std::process::exit(1);
    }
}

fn run(input: &str, output: &str) -> Result<(), Box<dyn Error>> {
    Bindgen::new()
        .input_path(input)
        .out_name("smpp_edge")
        .web(true)?
        .typescript(true)
        // The loaders say where the module is; a default address would make every bundler look for it.
        .omit_default_module_path(true)
        .remove_producers_section(true)
        .generate(output)?;
    Ok(())
}
