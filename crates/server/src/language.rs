//! The language of a call.

use beffroi_domain::Language;
use tonic::metadata::MetadataMap;

/// The first of `accept-language` that the city speaks; French when there is none.
pub(crate) fn of(metadata: &MetadataMap) -> Language {
    let wanted = metadata.get("accept-language").and_then(|it| it.to_str().ok()).unwrap_or("");
    let known = wanted.split(',').find_map(|tag| {
        let tag = tag.trim().to_ascii_lowercase();
        if tag.starts_with("fr") {
            Some(Language::French)
        } else if tag.starts_with("en") {
            Some(Language::English)
        } else {
            None
        }
    });
    known.unwrap_or_default()
}

/// The one of two texts that is in the language asked for.
pub(crate) fn choose<T>(language: Language, french: T, english: T) -> T {
    match language {
        Language::French => french,
        Language::English => english,
    }
}
