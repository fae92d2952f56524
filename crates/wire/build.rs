//! Compiles `proto/` without a system `protoc`.

use prost::Message;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("../../proto");
    let files = [
        "beffroi/catalogue/v1/catalogue_service.proto",
        "beffroi/centre/v1/centre_service.proto",
        "beffroi/event/v1/event.proto",
        "beffroi/event/v1/calendar.proto",
        "beffroi/event/v1/catalogue.proto",
        "beffroi/event/v1/level.proto",
        "beffroi/event/v1/regime.proto",
        "beffroi/citizen/v1/citizen_service.proto",
        "beffroi/intake/v1/intake_service.proto",
        "beffroi/operations/v1/operations_service.proto",
        "beffroi/programme/v1/programme_service.proto",
        "beffroi/query/v1/query_service.proto",
        "beffroi/report/v1/report_service.proto",
    ];
    println!("cargo::rerun-if-changed=../../proto");
    let descriptors = protox::compile(files, [root])?;
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().bytes(".").compile_fds(descriptors)?;
    Ok(())
}
