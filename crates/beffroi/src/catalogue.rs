//! Catalogues on the disk.

use beffroi_domain::catalogue::Catalogue;
use beffroi_server::{FileDefect, bundled_catalogue, read_catalogue};
use std::path::Path;

/// The catalogue that comes with Beffroi under a name, else the one in a folder.
pub(crate) fn read(source: &Path) -> Result<Catalogue, Vec<FileDefect>> {
    let bundled = source.to_str().and_then(bundled_catalogue);
    bundled.unwrap_or_else(|| read_catalogue(source))
}
