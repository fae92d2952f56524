//! Errors of the parts that speak English alone, in the caller's language.
//!
//! What a broker, an operating system or a parser says is passed on as it is.

use super::{Lang, snapshot};
use beffroi_aggregator::{DumpError, Error as StoreError, Stopped};
use beffroi_channels::import;
use beffroi_domain::{Day, InvalidCalendar};
use beffroi_journal::{AccessFault, Denial, Error as JournalError, ReadError};
use beffroi_server::{Failure as NodeFailure, InvalidCity, InvalidKeyFile};
use beffroi_wire::pb::event::v1::Language;
use chrono::Weekday;
use std::error::Error;
use std::fmt;
use std::io;

/// What went wrong, in both languages, and what caused it.
#[derive(Debug)]
pub(crate) struct Said {
    fr: String,
    en: String,
    cause: Option<anyhow::Error>,
}

impl Said {
    /// Something that went wrong by itself.
    pub(crate) fn new(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { fr: fr.into(), en: en.into(), cause: None }
    }

    /// With its cause.
    pub(crate) fn because(self, cause: impl Into<anyhow::Error>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.en.fmt(f)
    }
}

impl Error for Said {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|it| it as &(dyn Error + 'static))
    }
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &anyhow::Error, lang: Lang) -> String {
    chain_of(error.as_ref(), lang)
}

/// The same of an error of one kind.
pub(crate) fn chain_of(error: &(dyn Error + 'static), lang: Lang) -> String {
    let causes = anyhow::Chain::new(error);
    let texts: Vec<String> = match lang {
        Lang::En => causes.map(ToString::to_string).collect(),
        Lang::Fr => causes.map(|it| french(it).unwrap_or_else(|| it.to_string())).collect(),
    };
    texts.join(match lang {
        Lang::Fr => " : ",
        Lang::En => ": ",
    })
}

/// `None` for what is said in one language only.
pub(super) fn french(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<Said>() {
        return Some(error.fr.clone());
    }
    if let Some(error) = error.downcast_ref::<import::Error>() {
        return Some(error.text(Language::French));
    }
    if let Some(error) = error.downcast_ref::<import::ProfileError>() {
        return Some(error.text(Language::French));
    }
    if let Some(error) = error.downcast_ref::<DumpError>() {
        // Transparent: the text is the store's, the causes are its own.
        let store = if let DumpError::Store(error) = error { Some(of_store(error)) } else { None };
        return store.or_else(|| snapshot::french(error));
    }
    error
        .downcast_ref::<Stopped>()
        .map(of_fold)
        .or_else(|| error.downcast_ref::<StoreError>().map(of_store))
        .or_else(|| error.downcast_ref::<JournalError>().map(of_journal))
        .or_else(|| error.downcast_ref::<ReadError>().map(of_reading))
        .or_else(|| error.downcast_ref::<NodeFailure>().map(of_node))
        .or_else(|| error.downcast_ref::<InvalidCity>().map(of_city))
        .or_else(|| error.downcast_ref::<InvalidKeyFile>().map(of_key))
        .or_else(|| error.downcast_ref::<io::Error>().and_then(of_system))
}

fn of_fold(error: &Stopped) -> String {
    match error {
        Stopped::OtherLog { expected, found } => format!(
            "les projections viennent du journal `{expected}`, mais celui-ci est `{found}` : \
             démarrez avec le répertoire de données qui lui appartient, ou lancez `beffroi rebuild`"
        ),
        Stopped::Regressed { last, folded } => format!(
            "le journal finit à la séquence {last}, mais les projections en tiennent {folded} : il \
             a été tronqué ou rétabli d'une sauvegarde plus ancienne ; rétablissez le plus récent"
        ),
        Stopped::Changed { sequence } => format!(
            "la séquence {sequence} du journal n'est pas celle des projections : le journal a été \
             remplacé ; rétablissez l'original"
        ),
        Stopped::Read(_) => "le journal ne peut être lu".to_owned(),
        Stopped::Journal(_) => "le journal ne peut être atteint".to_owned(),
        Stopped::Store(_) => "les projections ne peuvent être écrites".to_owned(),
        Stopped::Thread(_) => "le fil des projections s'est arrêté".to_owned(),
    }
}

fn of_store(error: &StoreError) -> String {
    match error {
        StoreError::Open { path, .. } => {
            format!("les projections `{}` ne peuvent être ouvertes", path.display())
        }
        StoreError::InUse(path) => format!(
            "les projections `{}` sont en usage : un autre `beffroi serve` tourne-t-il sur ces \
             données ?",
            path.display()
        ),
        StoreError::Damaged(path) => format!(
            "les projections `{}` sont endommagées : lancez `beffroi rebuild`, qui les refait à partir \
             du journal",
            path.display()
        ),
        StoreError::Store(_) => "le fichier des projections est en défaut".to_owned(),
        StoreError::Row { table, key } => format!(
            "la rangée {key} de la table `{table}` ne peut être lue : lancez `beffroi rebuild`"
        ),
        StoreError::Encode(_) => "une rangée ne peut être écrite".to_owned(),
    }
}

fn of_journal(error: &JournalError) -> String {
    match error {
        JournalError::Locked { path } => {
            format!("`{}` est en usage par un autre processus", path.display())
        }
        JournalError::NotAJournal { path, reason } => {
            format!("`{}` n'est pas un journal : {reason}", path.display())
        }
        JournalError::Format { path, found, needed } => format!(
            "`{}` est un journal de format {found}, cette version lit le format {needed}",
            path.display()
        ),
        JournalError::Storage(_) => "le fichier du journal est en défaut".to_owned(),
        JournalError::Row { sequence } => format!("l'entrée {sequence} ne peut être lue"),
        JournalError::Closed => "le journal est fermé".to_owned(),
        JournalError::Unreachable(reason) => format!("le courtier ne répond pas : {reason}"),
        JournalError::Access { file, fault } => {
            format!("`{}` {}", file.display(), of_access(fault))
        }
        JournalError::Unauthorized => {
            "le courtier ne reconnaît pas qui le nœud dit être".to_owned()
        }
        JournalError::Tls(reason) => format!("pas de connexion sûre au courtier : {reason}"),
        JournalError::NotPermitted(Denial { action, subject }) => {
            format!("le courtier ne permet pas `{action}` sur `{subject}`")
        }
        JournalError::ServerTooOld { found, needed } => {
            format!("le courtier est de version {found}, il faut {needed} ou plus récent")
        }
        JournalError::UnsafeStream { stream, settings } => {
            let settings = settings
                .iter()
                .map(|it| format!("{} vaut {}, il faut {}", it.name, it.found, it.needed));
            let settings = settings.collect::<Vec<_>>().join(" ; ");
            format!("le flux `{stream}` peut perdre des événements : {settings}")
        }
        JournalError::Broker { code, description } => {
            format!("le courtier a refusé (code {code}) : {description}")
        }
    }
}

fn of_access(fault: &AccessFault) -> String {
    match fault {
        AccessFault::Unreadable(kind) => {
            let reason = of_system(&io::Error::from(*kind)).unwrap_or_else(|| kind.to_string());
            format!("ne peut être lu : {reason}")
        }
        AccessFault::NotCredentials => "ne contient pas un JWT et sa graine".to_owned(),
        AccessFault::NoSeed => "ne contient pas la graine de la NKey d'un utilisateur".to_owned(),
        AccessFault::NotPem => "ne contient pas ce qui est attendu en PEM".to_owned(),
        AccessFault::Expired(at) => format!("a expiré le {}", at.to_rfc3339()),
    }
}

fn of_reading(error: &ReadError) -> String {
    match error {
        ReadError::Gap { expected, found } => {
            format!("l'entrée {expected} manque, la suivante est {found}")
        }
        ReadError::Recreated { expected, found } => {
            format!("le journal a été recréé : c'était `{expected}`, c'est maintenant `{found}`")
        }
        ReadError::Regressed { position, last } => {
            format!("le journal finit à {last}, avant la position {position}")
        }
        ReadError::Changed { sequence } => {
            format!("l'entrée {sequence} n'est pas celle qui a été lue : le journal a été remplacé")
        }
        ReadError::Backend(_) => "le journal ne peut être lu".to_owned(),
    }
}

fn of_node(error: &NodeFailure) -> String {
    match error {
        NodeFailure::Fold(_) => "les projections ne suivent plus le journal".to_owned(),
        // Transparent: the text is the store's, the causes are its own.
        NodeFailure::Store(error) => of_store(error),
        NodeFailure::IdentifierKey(error) => of_key(error),
        NodeFailure::Journal(_) => "le journal ne peut être atteint".to_owned(),
        NodeFailure::Grpc(_) => "le serveur gRPC est en défaut".to_owned(),
        NodeFailure::Task(_) => "une partie du nœud est en défaut".to_owned(),
        NodeFailure::Reflection(_) => "le service de réflexion ne peut être construit".to_owned(),
    }
}

fn of_city(error: &InvalidCity) -> String {
    match error {
        InvalidCity::Unreadable { path, .. } => format!("`{}` ne peut être lu", path.display()),
        InvalidCity::Toml(_) => "le fichier de la ville n'est pas valide".to_owned(),
        InvalidCity::Value { key, line, what } => {
            format!("`{key}`, ligne {line} : {}", what.french)
        }
        InvalidCity::Calendar { key, line, error } => {
            format!("`{key}`, ligne {line} : {}", of_calendar(error))
        }
    }
}

fn of_calendar(error: &InvalidCalendar) -> String {
    match error {
        InvalidCalendar::NeverOpen => "aucun jour de la semaine ni aucune date n'ouvre".to_owned(),
        InvalidCalendar::RunsInto(it) => {
            let (day, next_day) = (day_name(it.day), day_name(it.next_day));
            format!("{} ({day}) déborde sur {} ({next_day})", it.window, it.next)
        }
        InvalidCalendar::Twice(date) => {
            format!("le {date} a deux fois des heures à lui : gardez l'une")
        }
        InvalidCalendar::TwoNames(date) => {
            format!("le jour férié {date} est donné deux fois, sous deux noms : gardez-en un")
        }
        InvalidCalendar::Pieces { date, .. } => {
            format!("les fermetures laissent trop de plages au {date}")
        }
        InvalidCalendar::Year(date) => format!("{date} n'est pas dans les années 1800 à 2199"),
        InvalidCalendar::Zone(zone) => format!("le fuseau ne change pas : c'est {zone}"),
    }
}

fn day_name(day: Day) -> String {
    match day {
        Day::Weekday(Weekday::Mon) => "lundi".to_owned(),
        Day::Weekday(Weekday::Tue) => "mardi".to_owned(),
        Day::Weekday(Weekday::Wed) => "mercredi".to_owned(),
        Day::Weekday(Weekday::Thu) => "jeudi".to_owned(),
        Day::Weekday(Weekday::Fri) => "vendredi".to_owned(),
        Day::Weekday(Weekday::Sat) => "samedi".to_owned(),
        Day::Weekday(Weekday::Sun) => "dimanche".to_owned(),
        Day::Date(date) => date.to_string(),
    }
}

fn of_key(error: &InvalidKeyFile) -> String {
    match error {
        InvalidKeyFile::Unreadable { path, .. } => {
            format!("la clé des identifiants `{}` ne peut être lue", path.display())
        }
        InvalidKeyFile::Missing { path, log } => format!(
            "il n'y a pas de clé d'identifiants `{}`, et les identifiants du journal sont hachés \
             avec la clé {log} : rétablissez celle-ci de sa sauvegarde ou d'un autre nœud, ou \
             nommez son fichier par --identifier-key",
            path.display()
        ),
        InvalidKeyFile::Other { path, found, log } => format!(
            "`{}` contient la clé d'identifiants {found}, mais ceux du journal sont hachés avec la \
             clé {log} : donnez celle-ci au nœud, ou le répertoire ou le courtier qui va avec \
             celle-là",
            path.display()
        ),
        InvalidKeyFile::NotMade { path, .. } => {
            format!("la clé des identifiants `{}` ne peut être créée", path.display())
        }
        InvalidKeyFile::NotAKey { path, .. } => {
            format!("`{}` n'est pas une clé d'identifiants", path.display())
        }
        InvalidKeyFile::NotText { path } => format!(
            "`{}` n'est pas une clé d'identifiants : un fichier de 64 chiffres hexadécimaux est \
             attendu",
            path.display()
        ),
    }
}

/// What the operating system says most often.
fn of_system(error: &io::Error) -> Option<String> {
    use io::ErrorKind as Kind;
    let known = [
        (Kind::NotFound, "aucun fichier de ce nom"),
        (Kind::PermissionDenied, "accès refusé"),
        (Kind::AddrInUse, "l'adresse est déjà prise"),
        (Kind::AddrNotAvailable, "l'adresse n'est pas de cette machine"),
        (Kind::AlreadyExists, "le fichier existe déjà"),
        (Kind::NotADirectory, "ce n'est pas un répertoire"),
        (Kind::IsADirectory, "c'est un répertoire"),
        (Kind::StorageFull, "il ne reste plus d'espace"),
        (Kind::ReadOnlyFilesystem, "le système de fichiers est en lecture seule"),
    ];
    let text = known.iter().find(|(kind, _)| *kind == error.kind())?.1;
    Some(match error.raw_os_error() {
        Some(code) => format!("{text} (erreur {code} du système)"),
        None => text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_and_its_causes_are_told_in_the_callers_language() {
        let cause = Stopped::Changed { sequence: 7 };
        let error = anyhow::Error::new(Said::new("refusé", "refused").because(cause));
        assert_eq!(
            chain(&error, Lang::Fr),
            "refusé : la séquence 7 du journal n'est pas celle des projections : le journal a été \
             remplacé ; rétablissez l'original"
        );
        assert!(chain(&error, Lang::En).starts_with("refused: sequence 7 of the log"));
    }

    #[test]
    fn what_nobody_translated_is_passed_on() {
        assert_eq!(chain(&anyhow::anyhow!("odd"), Lang::Fr), "odd");
        let missing = io::Error::from_raw_os_error(2);
        let text = chain(&anyhow::Error::new(missing), Lang::Fr);
        assert_eq!(text, "aucun fichier de ce nom (erreur 2 du système)");
    }
}
