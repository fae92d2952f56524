//! Catalogues on the disk.
use crate::failure::Failure;
use crate::output::Console;
use beffroi_wire::pb::event::v1::Catalogue;
use std::path::Path;
/// Placeholder until files are read.
pub(crate) fn read(_source: &Path, _console: Console) -> Result<Catalogue, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("not yet")))
}
