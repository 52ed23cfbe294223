//! `wasm-bindgen`, as far as `wasm-pack build` calls it: the same library as wasm-bindgen-cli, in the version that the crate was
//! compiled against, without the web server of that package.

use std::error::Error;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    let mut output = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--version" => {
                println!("wasm-bindgen {}", env!("CARGO_PKG_VERSION"));
                return Ok(());
            }
            "--out-dir" => output = Some(value()?),
            "--out-name" => {
                bindgen.out_name(&value()?);
            }
            "--typescript" => {
                bindgen.typescript(true);
            }
            "--no-typescript" => {
                bindgen.typescript(false);
            }
            "--target" => {
                let target = value()?;
                match target.as_str() {
                    "bundler" => bindgen.bundler(true)?,
                    "web" => bindgen.web(true)?,
                    "nodejs" => bindgen.nodejs(true)?,
                    "deno" => bindgen.deno(true)?,
                    "no-modules" => bindgen.no_modules(true)?,
                    _ => return Err(format!("unknown target {target}").into()),
                };
            }
            option if option.starts_with('-') => {
                return Err(format!("unknown option {option}").into());
            }
            input => {
                bindgen.input_path(input);
            }
        }
    }
    bindgen.generate(output.ok_or("--out-dir is missing")?)?;
    Ok(())
}
