//! `cargo run -p xtask -- <core.wasm> <out dir>`: makes the JavaScript glue of the core with
//! wasm-bindgen's own library, so that nobody needs to install its command line.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let (Some(input), Some(out), None) = (args.next(), args.next(), args.next()) else {
        return Err("usage: xtask <core.wasm> <out dir>".into());
    };
    fs::create_dir_all(&out)?;
    let mut generated = Bindgen::new()
        .input_path(&input)
        .out_name("core")
        .bundler(true)?
        .typescript(true)
        .remove_producers_section(true)
        .generate_output()?;
    let wasm = generated.wasm_mut().emit_wasm();
    let out = Path::new(&out);
    generated.emit(out)?;
    fs::write(out.join("core_bg.wasm"), wasm)?;
    Ok(())
}
