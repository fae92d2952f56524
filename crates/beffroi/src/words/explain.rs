//! The words of an explanation.

use super::{Text, text};

pub(crate) const RULE: Text = text("Règle", "Rule");
pub(crate) const THAT_IS: Text = text("C'est-à-dire", "That is");
pub(crate) const RECEIVED_AT: Text = text("Reçue", "Received");
pub(crate) const WAITS: Text = text("Attentes", "Waits");
pub(crate) const WITHOUT_PAUSES: Text = text("Sans les attentes", "Without the waits");
pub(crate) const WARN_AT: Text = text("Avertissement", "Warning");
pub(crate) const STANDING: Text = text("Où on en est", "How it stands");
pub(crate) const CAUTION: Text = text("Attention", "Caution");
pub(crate) const DATE: Text = text("Date", "Date");
pub(crate) const KIND_OF_DAY: Text = text("Sorte de jour", "Kind of day");
pub(crate) const COUNTED: Text = text("Compte", "Count");
pub(crate) const EFFECT: Text = text("Effet", "Effect");
pub(crate) const NOTHING_PROMISED: Text = text("Rien n’est promis.", "Nothing was promised.");
pub(crate) const STILL_WAITING: Text =
    text("se poursuit : le temps sera rendu à la reprise", "goes on: its time is given back then");
pub(crate) const ENDED_WITH_IT: Text =
    text("rien n'est rendu : la demande a pris fin", "nothing is given back: the request ended");
pub(crate) const WAITED_FOR_ANOTHER: Text = text("avec une autre demande", "with another request");
pub(crate) const OF_SOURCE: Text = text(
    "donnée par la source, la ville ne l'a pas comptée",
    "given by the source, the city did not count it",
);
pub(crate) const BEYOND_CALENDAR: Text = text(
    "ne peut être recomptée : cela mène au-delà des années du calendrier",
    "cannot be counted again: it leads beyond the years of the calendar",
);
pub(crate) const WRONG_RULE: Text = text(
    "ne peut être recomptée : l'heure limite de la règle n'est pas une heure du jour",
    "cannot be counted again: the cut-off of the rule is not a time of the day",
);
