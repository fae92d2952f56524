//! The words of what would be.

use super::{Text, text};

pub(crate) const REPLAYING: Text = text("rejeu", "replaying");
pub(crate) const ON_TIME_TO_LATE: Text = text("À temps → en retard", "On time → late");
pub(crate) const LATE_TO_ON_TIME: Text = text("En retard → à temps", "Late → on time");
pub(crate) const OPEN_TO_LATE: Text = text("En cours → en retard", "Running → late");
pub(crate) const LATE_TO_OPEN: Text = text("En retard → en cours", "Late → running");
pub(crate) const RESCINDED_TO_LATE: Text = text("Sans objet → en retard", "Rescinded → late");
pub(crate) const LATE_TO_RESCINDED: Text = text("En retard → sans objet", "Late → rescinded");
pub(crate) const NEWLY: Text = text("Promis de plus", "Newly promised");
pub(crate) const NEWLY_LATE: Text = text("… en retard", "… late");
pub(crate) const NO_LONGER: Text = text("Plus promis", "No longer promised");
pub(crate) const UNCHANGED: Text = text("Inchangés", "Unchanged");
pub(crate) const STILL_OPEN: Text = text("En cours", "Still open");
pub(crate) const NOT_RECOUNTED: Text = text("Non recomptés", "Not recounted");
pub(crate) const NOTHING_FLIPS: Text =
    text("Aucun verdict ne changerait.", "No verdict would be another one.");
