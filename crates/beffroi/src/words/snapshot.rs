//! Snapshots.

use super::{Text, text};
use beffroi_aggregator::DumpError;

pub(crate) const TAKING: Text = text("instantané", "taking a snapshot");
pub(crate) const CHECKING: Text = text("contrôle", "checking");
pub(crate) const RESTORING: Text = text("rétablissement", "restoring");
pub(crate) const NO_SNAPSHOT: Text = text("Aucun instantané.", "No snapshots.");
pub(crate) const FILE: Text = text("Fichier", "File");
pub(crate) const TAKEN_AT: Text = text("Pris le", "Taken");
pub(crate) const SEQUENCE: Text = text("Position", "Position");
pub(crate) const LOG: Text = text("Journal", "Log");
pub(crate) const SIZE: Text = text("Octets", "Bytes");
pub(crate) const WHOLE: Text = text("intact", "whole");

/// What is wrong with a snapshot, in French; `None` for what the projections say.
pub(crate) fn french(error: &DumpError) -> Option<String> {
    Some(match error {
        DumpError::File { path, .. } => {
            format!("`{}` ne peut être lu ou écrit", path.display())
        }
        DumpError::NotASnapshot(path) => format!("`{}` n'est pas un instantané", path.display()),
        DumpError::Format { path, found } => format!(
            "`{}` est un instantané de format {found}, cette version lit le format 1 : prenez la \
             version qui l'a écrit, ou reconstruisez par `beffroi rebuild`",
            path.display()
        ),
        DumpError::Cut(path) => format!(
            "`{}` n'a pas de fin : il a été coupé en étant écrit ou copié ; copiez-le de nouveau, ou \
             prenez un autre instantané",
            path.display()
        ),
        DumpError::Changed(path) => format!(
            "la somme de contrôle de `{}` n'est pas celle de son contenu : il a été abîmé depuis \
             qu'il est écrit ; copiez-le de nouveau, ou prenez un autre instantané",
            path.display()
        ),
        DumpError::Content { path, what } => {
            format!("`{}` n'est pas un instantané qui puisse servir : {what}", path.display())
        }
        DumpError::Version { path, found, needed } => format!(
            "`{}` contient des projections de version {found}, cette version lit la {needed} : \
             démarrez sans lui, le journal est relu (`beffroi rebuild`), puis prenez un nouvel \
             instantané",
            path.display()
        ),
        DumpError::Exists(path) => {
            format!("`{}` existe déjà : nommez un autre fichier", path.display())
        }
        DumpError::InPlace(path) => format!(
            "il y a déjà des projections à `{}` : elles sont remplacées avec --replace",
            path.display()
        ),
        DumpError::Store(_) => return None,
    })
}
