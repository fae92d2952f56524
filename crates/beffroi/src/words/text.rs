//! Headings and short sentences.

use super::{Text, text};

pub(crate) const NUMBER: Text = text("Numéro", "Number");
pub(crate) const ID: Text = text("Identifiant", "Id");
pub(crate) const STATUS: Text = text("État", "Status");
pub(crate) const PRODUCT: Text = text("Produit", "Product");
pub(crate) const PRECISION: Text = text("Précision", "Precision");
pub(crate) const NATURE: Text = text("Nature", "Nature");
pub(crate) const CHANNEL: Text = text("Canal", "Channel");
pub(crate) const OTHER_CHANNELS: Text = text("Aussi signalée par", "Also reported by");
pub(crate) const PROGRAMME: Text = text("Programme", "Programme");
pub(crate) const MERGED_INTO: Text = text("Réunie à", "Merged into");
pub(crate) const DUPLICATES: Text = text("Doublons", "Duplicates");
pub(crate) const RELATION: Text = text("Lien", "Relation");
pub(crate) const ATTACHMENTS: Text = text("Pièces jointes", "Attachments");
pub(crate) const REASON: Text = text("Motif", "Reason");
pub(crate) const BYTES: Text = text("octets", "bytes");
pub(crate) const UNIT: Text = text("Unité", "Unit");
pub(crate) const CITIZEN: Text = text("Citoyen", "Citizen");
pub(crate) const PLACE: Text = text("Lieu", "Place");
pub(crate) const OPENED_AT: Text = text("Ouverte", "Opened");
pub(crate) const CHANGED_AT: Text = text("Dernier changement", "Last change");
pub(crate) const RESOLVED_AT: Text = text("Résolue", "Resolved");
pub(crate) const DUE_AT: Text = text("Échéance", "Due");
pub(crate) const NOTICED_AT: Text = text("Constaté", "Noticed");
pub(crate) const OCCURRED_AT: Text = text("Quand", "When");
pub(crate) const LAST_ACTIVITY: Text = text("Dernière activité", "Last activity");
pub(crate) const PROMISE: Text = text("Engagement", "Promise");
pub(crate) const VERDICT: Text = text("Délai", "Deadline");
pub(crate) const FOLLOW_UPS: Text = text("Suivis publics", "Public follow-ups");
pub(crate) const CITIZEN_MESSAGES: Text = text("Messages du citoyen", "Citizen's messages");
pub(crate) const SOURCE: Text = text("Source", "Source");
pub(crate) const SOURCE_STATUS: Text = text("État à la source", "Status at the source");
pub(crate) const EVENT: Text = text("Événement", "Event");
pub(crate) const DETAIL: Text = text("Détail", "Detail");
pub(crate) const ACTOR: Text = text("Par", "By");
pub(crate) const FACT: Text = text("Constat", "Fact");
pub(crate) const CYCLE: Text = text("Cycle", "Cycle");
pub(crate) const COUNT: Text = text("Nombre", "Count");
pub(crate) const OUTCOME: Text = text("Issue", "Outcome");
pub(crate) const CONTACTS: Text = text("Contacts", "Contacts");
pub(crate) const REQUESTS: Text = text("Demandes", "Requests");
pub(crate) const LANGUAGE: Text = text("Langue", "Language");
pub(crate) const CATALOGUE_PRODUCT: Text = text("Produit du catalogue", "Catalogue product");
pub(crate) const BOROUGH: Text = text("Arrondissement", "Borough");
pub(crate) const DAY: Text = text("Jour", "Day");
pub(crate) const WEEK: Text = text("Semaine", "Week");
pub(crate) const MONTH: Text = text("Mois", "Month");
pub(crate) const YEAR: Text = text("Année", "Year");
pub(crate) const TOTAL: Text = text("Total", "Total");
pub(crate) const INFORMED: Text = text("Renseignés", "Informed");
pub(crate) const OPENED: Text = text("Ouverts", "Opened");
pub(crate) const FOLLOWED_UP: Text = text("Suivis", "Followed up");
pub(crate) const TO_911: Text = text("9-1-1", "9-1-1");
pub(crate) const ABANDONED: Text = text("Abandons", "Abandoned");
pub(crate) const FIRST_CONTACT: Text = text("Premier contact", "First contact");
pub(crate) const WAITED: Text = text("Attente", "Wait");
pub(crate) const HANDLED: Text = text("Durée", "Time");
pub(crate) const WITHIN: Text = text("≤ 2 min", "≤ 2 min");
pub(crate) const WAIT_MEDIAN: Text = text("Attente méd.", "Wait median");
pub(crate) const WAIT_P90: Text = text("Attente 90 %", "Wait 90%");
pub(crate) const WAIT_MAX: Text = text("Attente max.", "Wait max");
pub(crate) const HANDLING: Text = text("Durée méd.", "Time median");
pub(crate) const RESOLVED: Text = text("Résolues", "Resolved");
pub(crate) const RESOLVED_SHARE: Text = text("Part résolue", "Share resolved");
pub(crate) const RECORD_MERGED_INTO: Text = text("Réuni à", "Merged into");
pub(crate) const RECORDS: Text = text("Dossiers", "Records");
pub(crate) const IDENTIFIERS: Text = text("Identifiants", "Identifiers");
pub(crate) const OTHER_CITIZENS: Text = text(
    "D’autres dossiers ont ces coordonnées ; si c’est la même personne, réunissez-les :",
    "Other records have these contact details; if they are one person, merge them:",
);
pub(crate) const CONTACT: Text = text("Contact", "Contact");
pub(crate) const FILES: Text = text("Fichiers", "Files");
pub(crate) const ROWS: Text = text("Lignes", "Rows");
pub(crate) const CREATED: Text = text("Créées", "Created");
pub(crate) const UPDATED: Text = text("Mises à jour", "Updated");
pub(crate) const UNCHANGED: Text = text("Inchangées", "Unchanged");
pub(crate) const REJECTED: Text = text("Rejetées", "Rejected");
pub(crate) const REMARKS: Text = text("Remarques", "Remarks");
pub(crate) const SECONDS: Text = text("Durée (s)", "Duration (s)");
pub(crate) const UNREADABLE: Text = text("Fichiers illisibles", "Unreadable files");
pub(crate) const REJECTS_FILE: Text = text("Rejets écrits dans", "Rejects written to");

pub(crate) const ADDRESS: Text = text("Adresse", "Address");
pub(crate) const VERSION: Text = text("Version", "Version");
pub(crate) const PUBLISHED_AT: Text = text("Publiée", "Published");
pub(crate) const PRODUCTS: Text = text("Produits", "Products");
pub(crate) const QUESTION: Text = text("Question", "Question");
pub(crate) const QUESTIONS: Text = text("Questions", "Questions");
pub(crate) const ANSWER: Text = text("Réponse", "Answer");
pub(crate) const ANSWERS: Text = text("Réponses", "Answers");
pub(crate) const BUSINESS_DAYS: Text = text("Jours ouvrables", "Business days");
pub(crate) const GROUP: Text = text("Groupe", "Group");
pub(crate) const CODE: Text = text("Code", "Code");
pub(crate) const URGENCY: Text = text("Urgence", "Urgency");
pub(crate) const UNITS: Text = text("Unités", "Units");
pub(crate) const PROGRAMMES: Text = text("Programmes", "Programmes");
pub(crate) const PRECISIONS: Text = text("Précisions", "Precisions");
pub(crate) const CATALOGUE: Text = text("Catalogue", "Catalogue");
pub(crate) const WHERE: Text = text("Où", "Where");
pub(crate) const DEFECT: Text = text("Défaut", "Defect");
pub(crate) const DEFECTS: Text = text("Défauts :", "Defects:");
pub(crate) const WRONG_CATALOGUE: Text =
    text("le catalogue a des défauts", "the catalogue has defects");
pub(crate) const WRONG_CONFIGURATION: Text =
    text("la configuration a des défauts", "the configuration has defects");
pub(crate) const RECIPIENT: Text = text("Destinataire", "Recipient");
pub(crate) const ATTEMPTS: Text = text("Essais", "Attempts");
pub(crate) const PROBLEM: Text = text("Problème", "Problem");
pub(crate) const PARKED_AT: Text = text("Écarté", "Parked");
pub(crate) const NONE_PARKED: Text = text("Rien n’est écarté.", "Nothing is parked.");
pub(crate) const RULES: Text = text("Règles", "Rules");
pub(crate) const RETRIED: Text = text("Sera repris :", "To be tried again:");
pub(crate) const NO_PRODUCT: Text = text("Aucun produit.", "No product.");

pub(crate) const REGIME: Text = text("Régime", "Regime");
pub(crate) const CENTRE: Text = text("Centre", "Centre");
pub(crate) const CENTRE_OPEN: Text = text("Ouvert", "Open");
pub(crate) const CENTRE_CLOSED: Text = text("Fermé", "Closed");
pub(crate) const OPENS_AT: Text = text("Ouvre", "Opens");
pub(crate) const CLOSES_AT: Text = text("Ferme", "Closes");
pub(crate) const HOURS: Text = text("Heures", "Hours");
pub(crate) const TIME_ZONE: Text = text("Fuseau horaire", "Time zone");
pub(crate) const ANNOUNCED: Text = text("Annoncé", "Announced");
pub(crate) const FROM: Text = text("Du", "From");
pub(crate) const UNTIL: Text = text("Au", "Until");
pub(crate) const LIFTED_AT: Text = text("Levé", "Lifted");
pub(crate) const NOTICE: Text = text("Avis", "Notice");
pub(crate) const AROUND_THE_CLOCK: Text = text("jour et nuit", "day and night");
pub(crate) const DATE: Text = text("Date", "Date");
pub(crate) const HOLIDAY: Text = text("Jour férié", "Holiday");
pub(crate) const MOVED_FROM: Text = text("Déplacé du", "Moved from");
pub(crate) const CITY_FILE: Text = text("Fichier de la ville", "City's file");
pub(crate) const HOLDS_FROM: Text = text("Vaut à partir du", "Holds from");
pub(crate) const ALL_DATES: Text = text("toutes les dates", "all dates");
pub(crate) const CALENDAR_OF_FILE: Text =
    text("Calendrier du fichier de la ville", "Calendar of the city's file");
pub(crate) const CALENDAR_VERSION: Text = text("Calendrier, version", "Calendar, version");
pub(crate) const KNOWN_UNTIL: Text = text("connu jusqu'au", "known until");
pub(crate) const DAY_OF_WEEK: Text = text("Jour", "Day");
pub(crate) const CAUSE: Text = text("Cause", "Cause");
pub(crate) const IN_FILE: Text = text("y est", "has it");
pub(crate) const NOT_IN_FILE: Text = text("n'y est pas", "lacks it");
pub(crate) const ONLY_IN_FILE: Text = text("y est, sans règle", "has it, no rule does");
pub(crate) const MON: Text = text("lun", "mon");
pub(crate) const TUE: Text = text("mar", "tue");
pub(crate) const WED: Text = text("mer", "wed");
pub(crate) const THU: Text = text("jeu", "thu");
pub(crate) const FRI: Text = text("ven", "fri");
pub(crate) const SAT: Text = text("sam", "sat");
pub(crate) const SUN: Text = text("dim", "sun");
pub(crate) const NO_REGIME: Text =
    text("Aucun régime d’exception.", "No exceptional regime so far.");
pub(crate) const PERHAPS_AN_EMERGENCY: Text = text(
    "ATTENTION : la description évoque une urgence. Vérifiez ; si c’en est une, dites :",
    "ATTENTION: the description suggests an emergency. Check; if it is one, say:",
);
pub(crate) const NO_EMERGENCY: Text =
    text("Rien n’évoque une urgence.", "Nothing suggests an emergency.");

pub(crate) const NAME: Text = text("Nom", "Name");
pub(crate) const OLDEST: Text = text("Plus ancienne", "Oldest");
pub(crate) const PLANNED_SINCE: Text = text("Planifiée", "Planned");
pub(crate) const RESULT: Text = text("Résultat", "Result");
pub(crate) const CLOSED: Text = text("Fermée", "Closed");
pub(crate) const REFUSED: Text = text("Refusée", "Refused");
pub(crate) const CLOSED_COUNT: Text = text("Fermées :", "Closed:");
pub(crate) const REFUSED_COUNT: Text = text("Refusées :", "Refused:");
pub(crate) const EXPORTING: Text = text("demandes", "requests");
pub(crate) const CLOSING: Text = text("fermetures", "closings");

pub(crate) const NO_PROGRAMME: Text =
    text("Aucune demande n’attend dans un programme.", "No request waits in a programme.");
pub(crate) const NONE_FOUND: Text = text("Aucune demande.", "No request.");
pub(crate) const PROMISES: Text = text("Pris", "Made");
pub(crate) const MET: Text = text("Tenus", "Met");
pub(crate) const LATE: Text = text("En retard", "Late");
pub(crate) const STILL_OPEN: Text = text("En cours", "Open");
pub(crate) const RESCINDED: Text = text("Sans objet", "Rescinded");
pub(crate) const ON_TIME: Text = text("À temps", "On time");
pub(crate) const DAYS_MEDIAN: Text = text("Jours méd.", "Days median");
pub(crate) const DAYS_P90: Text = text("Jours 90 %", "Days 90%");
pub(crate) const IMPORTED_APART: Text = text("Importés, à part", "Imported, apart");
pub(crate) const LEVEL: Text = text("Niveau", "Level");
pub(crate) const WINDOW: Text = text("Période", "Window");
pub(crate) const TARGET_SHARE: Text = text("Cible", "Target");
pub(crate) const REACHED_SHARE: Text = text("Atteint", "Share");
pub(crate) const IN_TIME_OF: Text = text("À temps / total", "In time / all");
pub(crate) const STANDING: Text = text("Résultat", "Standing");
pub(crate) const EXCEPTIONAL: Text = text("Régime d’exception", "Exceptional regime");
pub(crate) const REVISION: Text = text("Révision", "Revision");
pub(crate) const SO_FAR: Text = text("(en cours)", "(so far)");
pub(crate) const TARGET: Text = text("cible", "target");
pub(crate) const NO_BREACHES: Text = text("Aucun constat.", "No warning, no breach.");
pub(crate) const MORE: Text =
    text("Il y en a d’autres : augmentez --limit.", "There are more: raise --limit.");
pub(crate) const NARROW: Text = text(
    "Il y en a plus qu’on ne peut en examiner : resserrez la recherche.",
    "There is more than can be looked at: narrow the search.",
);
pub(crate) const CAUGHT_UP: Text = text(
    "tout ce qui est connu a été envoyé ; en attente de la suite (Ctrl-C pour finir)",
    "everything known was sent; waiting for more (Ctrl-C to end)",
);
pub(crate) const LOST: Text = text("connexion perdue", "connection lost");
pub(crate) const RETRY_IN: Text = text("nouvel essai dans", "trying again in");
pub(crate) const CONNECTED_AGAIN: Text = text("connexion rétablie", "connected again");
pub(crate) const FOLDING: Text = text("lecture du journal", "folding the log");
pub(crate) const REBUILDING: Text = text("reconstruction", "rebuilding");
pub(crate) const VERIFYING: Text = text("vérification", "verifying");
pub(crate) const DIFFERENT: Text =
    text("les projections diffèrent du journal :", "the projections differ from the log:");
pub(crate) const FOLD_AGAIN: Text = text(
    "lancez `beffroi rebuild` pour les reconstruire",
    "run `beffroi rebuild` to fold them again",
);
pub(crate) const ROW_MISSING: Text = text("manque", "is missing");
pub(crate) const ROW_UNEXPECTED: Text = text("est de trop", "should not be there");
pub(crate) const ROW_CHANGED: Text = text("a un autre contenu", "has another content");
pub(crate) const ERROR: Text = text("erreur :", "error:");
pub(crate) const RETRY_AFTER: Text = text("réessayez dans", "try again in");
pub(crate) const HELP: Text = text("aide :", "help:");
pub(crate) const SAME_ID: Text = text(
    "la réponse n’est pas arrivée ; refaites la commande sans risque de doublon avec",
    "no answer arrived; run it again, with no risk of a duplicate, with",
);
