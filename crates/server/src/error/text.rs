//! Texts that several errors share.

use crate::admission::DISK_RESERVE_MIB;
use crate::language::choose;
use beffroi_domain::{InvalidText, Language};

pub(crate) fn text_in_english(error: &InvalidText) -> String {
    match error {
        InvalidText::Empty => "is empty".to_owned(),
        InvalidText::TooLong { found, max } => {
            format!("has {found} characters, at most {max} are taken")
        }
        InvalidText::Control(code) => format!("contains the control character U+{code:04X}"),
    }
}

pub(crate) fn text_in_french(error: &InvalidText) -> String {
    match error {
        InvalidText::Empty => "est vide".to_owned(),
        InvalidText::TooLong { found, max } => {
            format!("compte {found} caractères, le maximum est {max}")
        }
        InvalidText::Control(code) => format!("contient le caractère de commande U+{code:04X}"),
    }
}

pub(super) fn unknown_programme(code: &str, language: Language) -> String {
    choose(
        language,
        format!("aucun programme `{code}` dans le catalogue, et aucune demande n'y attend"),
        format!("the catalogue has no programme `{code}`, and no request waits in it"),
    )
}

pub(super) fn unknown_catalogue(version: u64, language: Language) -> String {
    choose(
        language,
        format!("le catalogue n'a pas de version {version}"),
        format!("the catalogue has no version {version}"),
    )
}

pub(super) fn unknown_calendar(version: u64, language: Language) -> String {
    choose(
        language,
        format!("le calendrier n'a pas de version {version}"),
        format!("the calendar has no version {version}"),
    )
}

pub(super) fn overloaded(language: Language) -> &'static str {
    choose(
        language,
        "le nœud a trop à faire, l'appel n'a rien changé : renvoyez-le un peu plus tard",
        "the node has too much to do, the call has changed nothing: send it again a little later",
    )
}

pub(super) fn disk_full(language: Language) -> String {
    choose(
        language,
        format!(
            "moins de {DISK_RESERVE_MIB} Mio sont libres sur le disque du nœud, rien de nouveau n'est \
             enregistré : réessayez quand l'exploitation aura fait de la place"
        ),
        format!(
            "less than {DISK_RESERVE_MIB} MiB are free on the node's disk, nothing new is recorded: \
             try again when operations have made room"
        ),
    )
}

pub(super) fn too_many_streams(max: usize, language: Language) -> String {
    choose(
        language,
        format!("{max} flux sont déjà ouverts : réessayez plus tard"),
        format!("{max} streams are open already: try again later"),
    )
}

pub(super) fn starting(language: Language) -> &'static str {
    choose(
        language,
        "le nœud démarre et n'a pas encore tout le journal : réessayez",
        "the node is starting and does not have the whole log yet: try again",
    )
}

pub(super) fn not_in_quarantine(sequence: u64, language: Language) -> String {
    choose(
        language,
        format!(
            "l'événement {sequence} n'est pas en quarantaine : voyez `beffroi quarantine list --all`"
        ),
        format!("the event {sequence} is not in quarantine: see `beffroi quarantine list --all`"),
    )
}

pub(super) fn waits(sequence: u64, first: u64, language: Language) -> String {
    choose(
        language,
        format!(
            "l'événement {sequence} attend l'événement {first}, qui est en quarantaine : libérez \
             d'abord celui-ci"
        ),
        format!(
            "the event {sequence} waits for the event {first}, which is in quarantine: release that \
             one first"
        ),
    )
}
