//! Quarantine, and the projections of a node.

use super::{Text, text};

pub(crate) const QUARANTINE_EMPTY: Text =
    text("Rien n'est en quarantaine.", "Nothing is in quarantine.");
pub(crate) const ABOUT: Text = text("Sujet de l'événement", "About");
pub(crate) const SUBJECT: Text = text("Sujet du journal", "Subject on the log");
pub(crate) const RECORDED_AT: Text = text("Enregistré", "Recorded");
pub(crate) const SET_ASIDE_BY: Text = text("Écarté par la version", "Set aside by release");
pub(crate) const WAITING: Text = text("L'attendent", "Wait for it");
pub(crate) const RELEASED: Text = text("Libéré", "Released");
pub(crate) const WHY_RELEASED: Text = text("Pourquoi", "Why");
pub(crate) const RELEASE: Text = text("Version de Beffroi", "Release of Beffroi");
pub(crate) const IN_QUARANTINE: Text = text("En quarantaine", "In quarantine");
pub(crate) const FOLDED_ANEW: Text = text("Relecture du journal", "Log folded anew");
pub(crate) const WHY_FOLDED: Text = text("Parce que", "Because");
pub(crate) const REFOLDING: Text = text("relecture du journal", "folding the log anew");
