//! The catalogues that come with the program.

use super::files::{FileDefect, read_texts};
use beffroi_domain::catalogue::Catalogue;
use std::path::Path;

const QUEBEC: &[(&str, &str)] = &[
    ("catalogue.toml", include_str!("../../catalogues/quebec/catalogue.toml")),
    ("animaux.toml", include_str!("../../catalogues/quebec/animaux.toml")),
    ("arbres.toml", include_str!("../../catalogues/quebec/arbres.toml")),
    ("bruit.toml", include_str!("../../catalogues/quebec/bruit.toml")),
    (
        "commentaires-plaintes.toml",
        include_str!("../../catalogues/quebec/commentaires-plaintes.toml"),
    ),
    ("eau.toml", include_str!("../../catalogues/quebec/eau.toml")),
    ("eclairage.toml", include_str!("../../catalogues/quebec/eclairage.toml")),
    ("matieres.toml", include_str!("../../catalogues/quebec/matieres.toml")),
    ("milieu.toml", include_str!("../../catalogues/quebec/milieu.toml")),
    ("neige.toml", include_str!("../../catalogues/quebec/neige.toml")),
    ("parcs.toml", include_str!("../../catalogues/quebec/parcs.toml")),
    ("permis.toml", include_str!("../../catalogues/quebec/permis.toml")),
    ("stationnement.toml", include_str!("../../catalogues/quebec/stationnement.toml")),
    ("taxes.toml", include_str!("../../catalogues/quebec/taxes.toml")),
    ("voirie.toml", include_str!("../../catalogues/quebec/voirie.toml")),
];
const MONTREAL: &[(&str, &str)] = &[
    ("catalogue.toml", include_str!("../../catalogues/montreal/catalogue.toml")),
    ("administration.toml", include_str!("../../catalogues/montreal/administration.toml")),
    ("eau.toml", include_str!("../../catalogues/montreal/eau.toml")),
    ("loisirs.toml", include_str!("../../catalogues/montreal/loisirs.toml")),
    ("milieu.toml", include_str!("../../catalogues/montreal/milieu.toml")),
    ("neige.toml", include_str!("../../catalogues/montreal/neige.toml")),
    ("permis.toml", include_str!("../../catalogues/montreal/permis.toml")),
    ("proprete.toml", include_str!("../../catalogues/montreal/proprete.toml")),
    ("vert.toml", include_str!("../../catalogues/montreal/vert.toml")),
    ("voirie.toml", include_str!("../../catalogues/montreal/voirie.toml")),
];

/// The names of the catalogues that come with the program.
pub const BUNDLED_CATALOGUES: [&str; 2] = ["montreal", "quebec"];

/// A catalogue that comes with the program, by its name.
pub fn bundled_catalogue(name: &str) -> Option<Result<Catalogue, Vec<FileDefect>>> {
    let files = match name {
        "montreal" => MONTREAL,
        "quebec" => QUEBEC,
        _ => return None,
    };
    Some(read_texts(Path::new(name), files))
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_domain::Language;
    use std::collections::BTreeSet;
    use std::fs;

    #[test]
    fn every_file_of_a_catalogue_comes_with_the_program() {
        for (name, files) in [("montreal", MONTREAL), ("quebec", QUEBEC)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogues").join(name);
            let there = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name());
            let there: BTreeSet<_> = there.map(|it| it.into_string().unwrap()).collect();
            assert_eq!(there, files.iter().map(|(name, _)| (*name).to_owned()).collect());
        }
    }

    #[test]
    fn what_comes_with_the_program_is_right() {
        for name in BUNDLED_CATALOGUES {
            let defects = bundled_catalogue(name).unwrap().err().unwrap_or_default();
            let shown: Vec<_> = defects
                .iter()
                .map(|it| {
                    format!("{} {} {}", it.location(), it.place, it.message(Language::French))
                })
                .collect();
            assert!(shown.is_empty(), "{}", shown.join("\n"));
        }
        assert!(bundled_catalogue("boston").is_none());
    }
}
