//! 9-1-1 or 3-1-1: what belongs to the emergency services, and what to tell whoever asks.
//!
//! A life in danger, a crime, a disturbance of the public order and a road accident belong to 9-1-1.

mod phrase;
mod rules;
mod suggest;
mod words;

pub use suggest::{Suggestion, suggest};

use crate::Language;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use thiserror::Error;

/// What belongs to 9-1-1, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emergency {
    /// Somebody ill, injured, suicidal or armed; a fire; a gas leak.
    LifeInDanger,
    /// A theft, an assault, mischief, fraud, harassment or another crime.
    Crime,
    /// A fight, a riot, a street race: a disturbance in progress.
    PublicOrder,
    /// An accident on the road.
    RoadAccident,
}

/// The text names no emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an emergency is life_in_danger, crime, public_order or road_accident")]
pub struct InvalidEmergency;

impl Emergency {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::LifeInDanger, Self::Crime, Self::PublicOrder, Self::RoadAccident];

    /// The name in catalogues, in the API and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::LifeInDanger => "life_in_danger",
            Self::Crime => "crime",
            Self::PublicOrder => "public_order",
            Self::RoadAccident => "road_accident",
        }
    }

    /// What the person is told in place of opening a request.
    pub fn instruction(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::LifeInDanger, Language::French) => {
                "Une vie est peut-être en danger : raccrochez et composez le 9-1-1 immédiatement. \
                 Restez avec la personne seulement si vous êtes vous-même en sécurité."
            }
            (Self::LifeInDanger, Language::English) => {
                "A life may be in danger: hang up and dial 9-1-1 immediately. \
                 Stay with the person only if you are safe yourself."
            }
            (Self::Crime, Language::French) => {
                "Pour dénoncer un crime, raccrochez et composez le 9-1-1. \
                 N'intervenez pas vous-même."
            }
            (Self::Crime, Language::English) => {
                "To report a crime, hang up and dial 9-1-1. Do not step in yourself."
            }
            (Self::PublicOrder, Language::French) => {
                "Pour un trouble à l'ordre public en cours, raccrochez et composez le 9-1-1. \
                 Tenez-vous à distance."
            }
            (Self::PublicOrder, Language::English) => {
                "For a disturbance of the public order in progress, hang up and dial 9-1-1. \
                 Keep your distance."
            }
            (Self::RoadAccident, Language::French) => {
                "Pour un accident de la route, raccrochez et composez le 9-1-1. \
                 Dites où vous êtes et s'il y a des blessés."
            }
            (Self::RoadAccident, Language::English) => {
                "For a road accident, hang up and dial 9-1-1. \
                 Say where you are and whether anyone is hurt."
            }
        }
    }
}

impl FromStr for Emergency {
    type Err = InvalidEmergency;

    fn from_str(name: &str) -> Result<Self, InvalidEmergency> {
        Self::ALL.into_iter().find(|it| it.name() == name).ok_or(InvalidEmergency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_says_to_dial_9_1_1() {
        for emergency in Emergency::ALL {
            let french = emergency.instruction(Language::French);
            let english = emergency.instruction(Language::English);
            assert!(french.contains("raccrochez et composez le 9-1-1"), "{french}");
            assert!(english.contains("hang up and dial 9-1-1"), "{english}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for emergency in Emergency::ALL {
            assert_eq!(emergency.name().parse(), Ok(emergency));
        }
        assert_eq!("fire".parse::<Emergency>(), Err(InvalidEmergency));
    }
}
