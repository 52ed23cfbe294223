//! Prints the public items of a crate, one a line, from the JSON that rustdoc wrote.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: public-api-list <rustdoc.json>");
        return ExitCode::FAILURE;
    };
    let builder = public_api::Builder::from_rustdoc_json(path);
    let builder = builder
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true);
    match builder.build() {
        Ok(api) => {
            for item in api.items() {
                println!("{item}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
