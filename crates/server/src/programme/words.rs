//! What people are told of programmes: the only place that knows their names.

use crate::catalogue::{Catalogues, InForce};
use crate::error::ApiError;
use crate::language::choose;
use beffroi_aggregator::Snapshot;
use beffroi_domain::catalogue::Programme;
use beffroi_domain::{Code, Language};

/// A programme in words.
#[derive(Debug)]
pub(crate) struct Words {
    /// What people call it.
    pub name: String,
    /// What a citizen whose request enters it is told, once.
    pub notice: String,
}

/// The codes of the programmes of the catalogue in force.
pub(super) fn known(catalogues: &Catalogues, snapshot: &Snapshot) -> Result<Vec<Code>, ApiError> {
    let in_force = catalogues.in_force(snapshot)?;
    let programmes = in_force.iter().flat_map(|it| it.catalogue.programmes());
    Ok(programmes.map(|it| it.code.clone()).collect())
}

/// A programme in words, as a version of the catalogue has it; 0 or another that does not know it:
/// as the one in force has it.
pub(crate) fn words(
    catalogues: &Catalogues,
    snapshot: &Snapshot,
    (programme, version): (&Code, u64),
    language: Language,
) -> Result<Words, ApiError> {
    let then = match version {
        0 => None,
        version => catalogues.version(snapshot, version)?,
    };
    if let Some(found) = of(then.as_ref(), programme, language) {
        return Ok(found);
    }
    let now = catalogues.in_force(snapshot)?;
    Ok(of(now.as_ref(), programme, language).unwrap_or_else(|| without(programme, language)))
}

fn of(catalogue: Option<&InForce>, programme: &Code, language: Language) -> Option<Words> {
    let Programme { name, notice, .. } = catalogue?.catalogue.programme(programme)?;
    let (name, notice) = (name.get(language).to_string(), notice.get(language).as_str().to_owned());
    Some(Words { name, notice })
}

/// A programme that no catalogue describes: its code, and what holds for all of them.
fn without(programme: &Code, language: Language) -> Words {
    let notice = choose(
        language,
        "Votre demande est inscrite à un programme d'intervention planifié. Les travaux peuvent \
         prendre des années, et aucun suivi ne vous sera envoyé.",
        "Your request is in a planned intervention programme. The work may take years, and no \
         follow-up will be sent to you.",
    );
    Words { name: programme.to_string(), notice: notice.to_owned() }
}
