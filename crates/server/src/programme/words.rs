//! What people are told of programmes: the only place that knows their names.

use crate::catalogue::InForce;
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
pub(super) fn known(in_force: Option<&InForce>) -> Vec<Code> {
    let programmes = in_force.into_iter().flat_map(|it| it.catalogue.programmes());
    programmes.map(|it| it.code.clone()).collect()
}

/// A programme in words: those of the catalogue in force, else its code and what holds for every
/// programme.
pub(crate) fn words(in_force: Option<&InForce>, programme: &Code, language: Language) -> Words {
    if let Some(it) = in_force.and_then(|it| it.catalogue.programme(programme)) {
        let notice = it.notice.get(language).as_str().to_owned();
        return Words { name: it.name.get(language).to_string(), notice };
    }
    let notice = choose(
        language,
        "Votre demande est inscrite à un programme d'intervention planifié. Les travaux peuvent \
         prendre des années, et aucun suivi ne vous sera envoyé.",
        "Your request is in a planned intervention programme. The work may take years, and no \
         follow-up will be sent to you.",
    );
    Words { name: programme.to_string(), notice: notice.to_owned() }
}
