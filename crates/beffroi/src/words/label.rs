//! Labels of the protocol's values.

use beffroi_wire::pb::catalogue::v1::WalkStatus;
use beffroi_wire::pb::event::v1::{
    Author, Channel, ContactOutcome, DateCause, Emergency, HangUps, HoldReason, IdentifierKind,
    Language, Nature, Origin, PromiseKind, QuestionKind, RegimeKind, RelationKind, Urgency,
    Visibility, WindowLength,
};
use beffroi_wire::pb::operations::v1::FoldCause;
use beffroi_wire::pb::query::v1::{
    BreachKind, DayKind, NotCounted, PromiseChange, Status, Verdict,
};
use beffroi_wire::pb::report::v1::LevelStanding;

use super::{Lang, Text, text};

/// A value of the protocol, with its words.
pub(crate) trait Word: Copy + TryFrom<i32> {
    /// What the protocol puts before each name, such as `STATUS_`.
    const PREFIX: &'static str;

    /// The value's name in the protocol.
    fn wire_name(self) -> &'static str;

    /// The value of a name in the protocol.
    fn from_wire_name(name: &str) -> Option<Self>;

    /// The value for people, in both languages.
    fn text(self) -> Text;

    /// The value for people.
    fn label(self, lang: Lang) -> &'static str {
        self.text().in_lang(lang)
    }

    /// The value for scripts: `resolved`; none when it was not said.
    fn key(self) -> Option<String> {
        let name = self.wire_name();
        let key = name.strip_prefix(Self::PREFIX).unwrap_or(name).to_ascii_lowercase();
        (key != "unspecified").then_some(key)
    }

    /// The value of a word on the command line, such as `web-form` or `web_form`.
    fn parse(word: &str) -> Option<Self> {
        let name = word.to_ascii_uppercase().replace('-', "_");
        Self::from_wire_name(&format!("{}{name}", Self::PREFIX))
    }
}

/// The numbers of all words lie below.
const NUMBERS_MAX: i32 = 64;

/// The words of a type on the command line, in the order of the protocol.
pub(crate) fn keys<W: Word>() -> Vec<String> {
    // Numbers may have gaps: those of other kinds of facts begin at 10.
    (1..NUMBERS_MAX)
        .filter_map(|number| W::try_from(number).ok())
        .filter_map(Word::key)
        .map(|key| key.replace('_', "-"))
        .collect()
}

/// Implements [`Word`] from one list of values and labels.
macro_rules! words {
    ($type:ty, $prefix:literal, { $($value:ident => $fr:literal, $en:literal;)+ }) => {
        impl Word for $type {
            const PREFIX: &'static str = $prefix;

            fn wire_name(self) -> &'static str {
                self.as_str_name()
            }

            fn from_wire_name(name: &str) -> Option<Self> {
                Self::from_str_name(name)
            }

            fn text(self) -> Text {
                match self {
                    $(Self::$value => text($fr, $en),)+
                }
            }
        }
    };
}

words!(Status, "STATUS_", {
    Unspecified => "Inconnu", "Unknown";
    Open => "Ouverte", "Open";
    Assigned => "Prise en charge", "Assigned";
    OnHold => "En attente", "On hold";
    Resolved => "Résolue", "Resolved";
    Cancelled => "Annulée", "Cancelled";
    Planned => "Planifiée", "Planned";
});

words!(Channel, "CHANNEL_", {
    Unspecified => "Inconnu", "Unknown";
    Telephone => "Téléphone", "Telephone";
    App => "Application", "App";
    Email => "Courriel", "E-mail";
    WebForm => "Formulaire Web", "Web form";
    InPerson => "En personne", "In person";
    Mail => "Courrier", "Mail";
    SocialMedia => "Médias sociaux", "Social media";
    Employee => "Employé", "Employee";
    System => "Système", "System";
    Other => "Autre", "Other";
});

words!(Nature, "NATURE_", {
    Unspecified => "Inconnue", "Unknown";
    Information => "Information", "Information";
    Service => "Service", "Service";
    RapidIntervention => "Intervention rapide", "Rapid intervention";
    Comment => "Commentaire", "Comment";
    Complaint => "Plainte", "Complaint";
});

words!(Urgency, "URGENCY_", {
    Unspecified => "Normale", "Normal";
    Normal => "Normale", "Normal";
    Urgent => "Urgente", "Urgent";
});

words!(Emergency, "EMERGENCY_", {
    Unspecified => "Non demandée", "Not asked";
    None => "Aucune", "None";
    LifeInDanger => "Vie en danger", "Life in danger";
    Crime => "Crime", "Crime";
    PublicOrder => "Trouble à l’ordre public", "Public order";
    RoadAccident => "Accident de la route", "Road accident";
});

words!(QuestionKind, "QUESTION_KIND_", {
    Unspecified => "Inconnu", "Unknown";
    YesNo => "Oui ou non", "Yes or no";
    OneOf => "Un choix", "One choice";
    ManyOf => "Un choix ou plusieurs", "One choice or several";
    Number => "Nombre", "Number";
    Text => "Texte", "Text";
    Date => "Date", "Date";
    Place => "Lieu", "Place";
    Photo => "Photo", "Photo";
});

words!(WalkStatus, "WALK_STATUS_", {
    Unspecified => "Inconnu", "Unknown";
    Incomplete => "Il reste des questions", "There are questions left";
    Complete => "La demande peut être ouverte", "The request can be opened";
    Emergency => "9-1-1", "9-1-1";
    Informed => "Répondu sur-le-champ", "Answered at once";
});

words!(ContactOutcome, "CONTACT_OUTCOME_", {
    Unspecified => "Inconnue", "Unknown";
    Informed => "Renseigné", "Informed";
    RequestOpened => "Demande ouverte", "Request opened";
    FollowedUp => "Suivi d’une demande", "Followed up";
    TransferredTo911 => "Transféré au 9-1-1", "Transferred to 9-1-1";
    Abandoned => "Abandonné", "Abandoned";
});

words!(Language, "LANGUAGE_", {
    Unspecified => "Inconnue", "Unknown";
    French => "Français", "French";
    English => "Anglais", "English";
});

words!(IdentifierKind, "IDENTIFIER_KIND_", {
    Unspecified => "Inconnu", "Unknown";
    Telephone => "Téléphone", "Telephone";
    Email => "Courriel", "E-mail";
    AppAccount => "Compte de l’application", "Account of the app";
});

words!(FoldCause, "FOLD_CAUSE_", {
    Unspecified => "Inconnu", "Unknown";
    Version => "Projections d'une version antérieure", "Projections of an older version";
    Release => "Mis de côté par une autre version", "Set aside by another release";
    Asked => "Demandé", "Asked for";
});

words!(HoldReason, "HOLD_REASON_", {
    Unspecified => "Inconnu", "Unknown";
    Citizen => "En attente du citoyen", "Waiting on the citizen";
    ThirdParty => "En attente d’un tiers", "Waiting on a third party";
});

words!(Visibility, "VISIBILITY_", {
    Unspecified => "Inconnu", "Unknown";
    Public => "Public", "Public";
    Internal => "Interne", "Internal";
});

words!(Author, "AUTHOR_", {
    Unspecified => "Ville", "City";
    City => "Ville", "City";
    Citizen => "Citoyen", "Citizen";
});

words!(RelationKind, "RELATION_KIND_", {
    Unspecified => "Inconnue", "Unknown";
    Related => "Liée à", "Related to";
    CausedBy => "Causée par", "Caused by";
    Causes => "Cause", "Causes";
    Continues => "Fait suite à", "Continues";
    ContinuedBy => "Suivie de", "Continued by";
});

words!(Origin, "ORIGIN_", {
    Unspecified => "Inconnue", "Unknown";
    Live => "Reçue ici", "Received here";
    Imported => "Importée", "Imported";
});

words!(PromiseKind, "PROMISE_KIND_", {
    Unspecified => "Inconnu", "Unknown";
    Resolution => "Résolution", "Resolution";
    FirstAnswer => "Première réponse", "First answer";
});

words!(Verdict, "VERDICT_", {
    Unspecified => "Inconnu", "Unknown";
    Pending => "En cours", "Running";
    OnTime => "Respecté", "On time";
    Late => "En retard", "Late";
    Rescinded => "Sans objet", "Rescinded";
    Paused => "Suspendu", "Paused";
});

words!(PromiseChange, "PROMISE_CHANGE_", {
    Unspecified => "Inconnu", "Unknown";
    Set => "Fixée", "Set";
    Revised => "Déplacée", "Revised";
    Met => "Respectée", "Met";
    Missed => "Manquée", "Missed";
    Rescinded => "Sans objet", "Rescinded";
});

words!(BreachKind, "BREACH_KIND_", {
    Unspecified => "Inconnu", "Unknown";
    Warning => "Avertissement", "Warning";
    Breach => "Dépassement", "Breach";
    Withdrawal => "Retrait", "Withdrawal";
    LevelBreached => "Niveau manqué", "Level missed";
    LevelRestored => "Niveau rétabli", "Level restored";
});

words!(LevelStanding, "LEVEL_STANDING_", {
    Unspecified => "Inconnu", "Unknown";
    NoData => "Sans données", "No data";
    Reached => "Atteint", "Reached";
    Missed => "Manqué", "Missed";
});

words!(WindowLength, "WINDOW_LENGTH_", {
    Unspecified => "Inconnue", "Unknown";
    Day => "Jour", "Day";
    Week => "Semaine", "Week";
    Month => "Mois", "Month";
});

words!(HangUps, "HANG_UPS_", {
    Unspecified => "Inconnu", "Unknown";
    Ignored => "qui raccroche ne compte pas", "who hangs up does not count";
    Offered => "qui raccroche compte comme manqué", "who hangs up counts as missed";
    ShortExcluded => "qui raccroche aussitôt ne compte pas", "who hangs up at once does not count";
    ShortGood => "qui raccroche aussitôt compte comme répondu",
        "who hangs up at once counts as answered";
});

words!(DayKind, "DAY_KIND_", {
    Unspecified => "Inconnue", "Unknown";
    Usual => "Ouvrable", "Business day";
    DayOff => "Non ouvrable", "Day off";
    Holiday => "Férié", "Holiday";
    Exception => "Heures d’exception", "Exceptional hours";
    Closing => "Fermeture", "Closing";
    LeftOut => "N’existe pas dans ce fuseau", "Left out by the time zone";
    Regime => "Heures d’un régime", "Hours of a regime";
});

words!(DateCause, "DATE_CAUSE_", {
    Unspecified => "Autres heures", "Other hours";
    Holiday => "Férié", "Holiday";
    Exception => "Heures d’exception", "Exceptional hours";
    Closing => "Fermeture", "Closing";
});

words!(NotCounted, "NOT_COUNTED_", {
    Unspecified => "Comptée", "Counted";
    Source => "Donnée par la source", "Given by the source";
    BeyondCalendar => "Au-delà du calendrier", "Beyond the calendar";
    Rule => "Règle impossible", "Impossible rule";
});

words!(RegimeKind, "REGIME_KIND_", {
    Unspecified => "Inconnu", "Unknown";
    Normal => "Normal", "Normal";
    CivilSecurity => "Sécurité civile", "Civil security";
});

/// What an event's name in the log means; the name itself when a newer server knows more events.
pub(crate) fn event_kind(name: &str, lang: Lang) -> &str {
    let text = match name {
        "quarantine_released" => text("Événement abandonné", "Event given up"),
        "request_opened" => text("Ouverture", "Opened"),
        "request_assigned" => text("Prise en charge", "Assigned"),
        "request_put_on_hold" => text("Mise en attente", "Put on hold"),
        "request_resumed" => text("Reprise", "Resumed"),
        "follow_up_added" => text("Suivi", "Follow-up"),
        "request_resolved" => text("Résolution", "Resolved"),
        "request_reopened" => text("Réouverture", "Reopened"),
        "request_cancelled" => text("Annulation", "Cancelled"),
        "request_reclassified" => text("Reclassement", "Reclassified"),
        "request_transferred" => text("Transfert", "Transferred"),
        "programme_entered" => text("Entrée au programme", "Entered programme"),
        "programme_left" => text("Sortie du programme", "Left programme"),
        "request_merged" => text("Réunion", "Merged"),
        "request_unmerged" => text("Séparation", "Un-merged"),
        "duplicate_added" => text("Doublon ajouté", "Duplicate added"),
        "duplicate_removed" => text("Doublon retiré", "Duplicate removed"),
        "request_related" => text("Lien", "Related"),
        "request_unrelated" => text("Lien retiré", "Unrelated"),
        "attachment_added" => text("Pièce jointe", "Attachment"),
        "catalogue_published" => text("Catalogue publié", "Catalogue published"),
        "regime_declared" => text("Régime déclaré", "Regime declared"),
        "regime_extended" => text("Régime prolongé", "Regime extended"),
        "regime_lifted" => text("Régime levé", "Regime lifted"),
        "citizen_saved" => text("Dossier enregistré", "Record saved"),
        "citizen_merged" => text("Dossier réuni", "Record merged"),
        "citizen_absorbed" => text("Dossier absorbé", "Record absorbed"),
        "citizen_unmerged" => text("Dossier séparé", "Record un-merged"),
        "citizen_released" => text("Dossier rendu", "Record released"),
        "contact_recorded" => text("Contact", "Contact"),
        "promise_warned" => text("Avertissement de délai", "Deadline warning"),
        "promise_breached" => text("Dépassement de délai", "Deadline breach"),
        "level_breached" => text("Niveau manqué", "Level missed"),
        "level_restored" => text("Niveau rétabli", "Level restored"),
        _ => return name,
    };
    text.in_lang(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<W: Word + std::fmt::Debug>() {
        let mut seen = 0;
        for value in (0..NUMBERS_MAX).filter_map(|number| W::try_from(number).ok()) {
            let words = value.text();
            assert!(!words.fr.is_empty() && !words.en.is_empty(), "{value:?}");
            assert!(value.wire_name().starts_with(W::PREFIX), "{value:?}");
            if let Some(key) = value.key() {
                let again = W::parse(&key.replace('_', "-")).expect("a key is a word");
                assert_eq!(again.wire_name(), value.wire_name());
            }
            seen += 1;
        }
        assert_eq!(keys::<W>().len() + 1, seen);
    }

    #[test]
    fn every_value_has_words_in_both_languages_and_a_key() {
        check::<Status>();
        check::<Channel>();
        check::<Nature>();
        check::<Urgency>();
        check::<QuestionKind>();
        check::<WalkStatus>();
        check::<ContactOutcome>();
        check::<Emergency>();
        check::<Language>();
        check::<HoldReason>();
        check::<Visibility>();
        check::<Author>();
        check::<RelationKind>();
        check::<Origin>();
        check::<PromiseKind>();
        check::<Verdict>();
        check::<BreachKind>();
        check::<PromiseChange>();
        check::<DayKind>();
        check::<DateCause>();
        check::<NotCounted>();
        check::<RegimeKind>();
        check::<WindowLength>();
        check::<LevelStanding>();
        check::<HangUps>();
    }

    #[test]
    fn keys_are_lower_case_without_the_prefix() {
        assert_eq!(Status::OnHold.key().as_deref(), Some("on_hold"));
        assert_eq!(ContactOutcome::TransferredTo911.key().as_deref(), Some("transferred_to_911"));
        assert_eq!(Channel::Unspecified.key(), None);
    }

    #[test]
    fn the_statuses_read_well_in_french() {
        let labels = (1..7).map(|n| Status::try_from(n).expect("a status").label(Lang::Fr));
        assert_eq!(
            labels.collect::<Vec<_>>(),
            ["Ouverte", "Prise en charge", "En attente", "Résolue", "Annulée", "Planifiée"]
        );
    }

    #[test]
    fn every_event_of_the_log_has_a_label() {
        let descriptors: &[u8] = beffroi_wire::DESCRIPTORS;
        let names = [
            "request_opened",
            "request_assigned",
            "request_put_on_hold",
            "request_resumed",
            "follow_up_added",
            "request_resolved",
            "request_reopened",
            "request_cancelled",
            "catalogue_published",
            "regime_declared",
            "regime_extended",
            "regime_lifted",
            "citizen_saved",
            "citizen_merged",
            "citizen_absorbed",
            "citizen_unmerged",
            "citizen_released",
            "request_reclassified",
            "request_transferred",
            "programme_entered",
            "programme_left",
            "request_merged",
            "request_unmerged",
            "duplicate_added",
            "duplicate_removed",
            "request_related",
            "request_unrelated",
            "attachment_added",
            "contact_recorded",
            "promise_warned",
            "promise_breached",
            "level_breached",
            "level_restored",
        ];
        for name in names {
            assert!(descriptors.windows(name.len()).any(|part| part == name.as_bytes()), "{name}");
            assert_ne!(event_kind(name, Lang::Fr), name);
            assert_ne!(event_kind(name, Lang::En), name);
        }
        assert_eq!(event_kind("citizen_erased", Lang::Fr), "citizen_erased");
    }
}
