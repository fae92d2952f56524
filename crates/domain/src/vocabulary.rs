//! The words of the field, as closed sets.

use serde::{Deserialize, Serialize};

/// The way by which somebody reached the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Not known; only imported history may leave it so.
    Unknown,
    /// The telephone line, 3-1-1.
    Telephone,
    /// The 311 application.
    App,
    /// Electronic mail.
    Email,
    /// The web form.
    WebForm,
    /// A counter of the city.
    InPerson,
    /// Paper mail or fax.
    Mail,
    /// A social network.
    SocialMedia,
    /// Opened by an employee in the course of their work.
    Employee,
    /// Another system of the city or of a partner.
    System,
    /// Known, and none of the above.
    Other,
}

impl Channel {
    /// Somebody waits at the other end: a waiting time of nothing means answered at once. On the
    /// other channels it means that none was measured.
    pub fn is_spoken(self) -> bool {
        match self {
            Self::Telephone | Self::InPerson => true,
            Self::Unknown
            | Self::App
            | Self::Email
            | Self::WebForm
            | Self::Mail
            | Self::SocialMedia
            | Self::Employee
            | Self::System
            | Self::Other => false,
        }
    }
}

/// What somebody wants of the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Not known; only imported history may leave it so.
    Unknown,
    /// Information about a service.
    Information,
    /// A service or an intervention.
    Service,
    /// A rapid intervention: broken equipment, a problem on the public road.
    RapidIntervention,
    /// A comment.
    Comment,
    /// A complaint.
    Complaint,
}

/// A language in which the city answers. French is the default.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// French.
    #[default]
    French,
    /// English.
    English,
}

/// What a follow-up is: who speaks in it, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FollowUp {
    /// The city, to the citizen.
    Public,
    /// The city's staff, among themselves: the citizen does not see it.
    Internal,
    /// The citizen, to the city, by whatever channel.
    FromCitizen,
    /// The city, to the citizen, in the request into which this one was merged: its words are there.
    Shared,
}

/// Why a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldReason {
    /// The citizen has to answer first.
    Citizen,
    /// Somebody outside the city has to act first.
    ThirdParty,
}

/// What a contact came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContactOutcome {
    /// Answered at once; no request was needed.
    Informed,
    /// A request was opened.
    RequestOpened,
    /// An existing request was followed up.
    FollowedUp,
    /// Sent to 9-1-1.
    TransferredTo911,
    /// The person left before an answer.
    Abandoned,
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// It happened in this system.
    Live,
    /// It was taken over from another system: it raises no alarm.
    Imported,
}

/// How fast a request must be dealt with.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// In its turn.
    #[default]
    Normal,
    /// Before others.
    Urgent,
}

/// What two requests have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RelationKind {
    /// They concern each other.
    Related,
    /// The other one is its cause.
    CausedBy,
    /// It is the cause of the other one.
    Causes,
    /// It goes on with what the other one began.
    Continues,
    /// The other one goes on with what it began.
    ContinuedBy,
}

impl RelationKind {
    /// The same relation, seen from the other request.
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Self::Related => Self::Related,
            Self::CausedBy => Self::Causes,
            Self::Causes => Self::CausedBy,
            Self::Continues => Self::ContinuedBy,
            Self::ContinuedBy => Self::Continues,
        }
    }
}
