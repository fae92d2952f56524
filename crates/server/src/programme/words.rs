//! What people are told of programmes: the only place that knows their names.

use crate::language::choose;
use beffroi_domain::{Code, Language};

/// A programme in words.
#[derive(Debug)]
pub(crate) struct Words {
    /// What people call it.
    pub name: String,
    /// What a citizen whose request enters it is told, once.
    pub notice: String,
}

/// The programmes of the catalogue in force.
pub(super) fn known() -> Vec<Code> {
    Vec::new()
}

/// A programme in words: those of the catalogue, else its code and what holds for every programme.
pub(crate) fn words(programme: &Code, language: Language) -> Words {
    let notice = choose(
        language,
        "Votre demande est inscrite à un programme d'intervention planifié. Les travaux peuvent \
         prendre des années, et aucun suivi ne vous sera envoyé.",
        "Your request is in a planned intervention programme. The work may take years, and no \
         follow-up will be sent to you.",
    );
    Words { name: programme.to_string(), notice: notice.to_owned() }
}
