//! The words of the field on the wire.
//!
//! Each module maps one domain enum to the generated one and back. A number that is not known, or
//! `UNSPECIFIED` where the domain has no word for it, comes back as `None`.

use crate::pb::{event::v1 as pb, query::v1 as query};
use beffroi_domain as domain;

macro_rules! words {
    ($module:ident, $domain:ty, $pb:ty, none = [$($none:ident)?], $($word:ident = $wire:ident),+ $(,)?) => {
        #[doc = concat!("[`", stringify!($domain), "`] on the wire.")]
        pub mod $module {
            use super::{domain, pb, query};

            /// To the wire.
            pub fn to_pb(word: $domain) -> $pb {
                match word {
                    $(<$domain>::$word => <$pb>::$wire,)+
                }
            }

            /// From the wire.
            pub fn from_pb(number: i32) -> Option<$domain> {
                match <$pb>::try_from(number).ok()? {
                    $(<$pb>::$none => None,)?
                    $(<$pb>::$wire => Some(<$domain>::$word),)+
                }
            }

            // Keeps both imports in use whichever package the enum comes from.
            const _: Option<(pb::Channel, query::Status)> = None;
        }
    };
}

words!(
    channel,
    domain::Channel,
    pb::Channel,
    none = [],
    Unknown = Unspecified,
    Telephone = Telephone,
    App = App,
    Email = Email,
    WebForm = WebForm,
    InPerson = InPerson,
    Mail = Mail,
    SocialMedia = SocialMedia,
    Employee = Employee,
    System = System,
    Other = Other,
);
words!(
    nature,
    domain::Nature,
    pb::Nature,
    none = [],
    Unknown = Unspecified,
    Information = Information,
    Service = Service,
    RapidIntervention = RapidIntervention,
    Comment = Comment,
    Complaint = Complaint,
);
words!(
    hold_reason,
    domain::HoldReason,
    pb::HoldReason,
    none = [Unspecified],
    Citizen = Citizen,
    ThirdParty = ThirdParty,
);
words!(
    contact_outcome,
    domain::ContactOutcome,
    pb::ContactOutcome,
    none = [Unspecified],
    Informed = Informed,
    RequestOpened = RequestOpened,
    FollowedUp = FollowedUp,
    TransferredTo911 = TransferredTo911,
    Abandoned = Abandoned,
);
words!(origin, domain::Origin, pb::Origin, none = [Unspecified], Live = Live, Imported = Imported);
words!(
    promise_kind,
    domain::PromiseKind,
    pb::PromiseKind,
    none = [Unspecified],
    Resolution = Resolution,
    FirstAnswer = FirstAnswer,
);
words!(
    status,
    domain::Status,
    query::Status,
    none = [Unspecified],
    Open = Open,
    Assigned = Assigned,
    OnHold = OnHold,
    Planned = Planned,
    Resolved = Resolved,
    Cancelled = Cancelled,
);
words!(
    request_status,
    domain::Status,
    pb::RequestStatus,
    none = [Unspecified],
    Open = Open,
    Assigned = Assigned,
    OnHold = OnHold,
    Planned = Planned,
    Resolved = Resolved,
    Cancelled = Cancelled,
);
words!(
    identifier_kind,
    domain::IdentifierKind,
    pb::IdentifierKind,
    none = [Unspecified],
    Telephone = Telephone,
    Email = Email,
    AppAccount = AppAccount,
);
words!(
    relation_kind,
    domain::RelationKind,
    pb::RelationKind,
    none = [Unspecified],
    Related = Related,
    CausedBy = CausedBy,
    Causes = Causes,
    Continues = Continues,
    ContinuedBy = ContinuedBy,
);
words!(
    verdict,
    domain::Verdict,
    query::Verdict,
    none = [Unspecified],
    Pending = Pending,
    Paused = Paused,
    OnTime = OnTime,
    Late = Late,
    Rescinded = Rescinded,
);

/// [`domain::Language`] on the wire; an unspecified language is French.
pub mod language {
    use super::{domain, pb};

    /// To the wire.
    pub fn to_pb(word: domain::Language) -> pb::Language {
        match word {
            domain::Language::French => pb::Language::French,
            domain::Language::English => pb::Language::English,
        }
    }

    /// From the wire.
    pub fn from_pb(number: i32) -> Option<domain::Language> {
        match pb::Language::try_from(number).ok()? {
            pb::Language::Unspecified | pb::Language::French => Some(domain::Language::French),
            pb::Language::English => Some(domain::Language::English),
        }
    }
}

/// [`domain::Urgency`] on the wire; an unspecified urgency is normal.
pub mod urgency {
    use super::{domain, pb};

    /// To the wire.
    pub fn to_pb(word: domain::Urgency) -> pb::Urgency {
        match word {
            domain::Urgency::Normal => pb::Urgency::Normal,
            domain::Urgency::Urgent => pb::Urgency::Urgent,
        }
    }

    /// From the wire.
    pub fn from_pb(number: i32) -> Option<domain::Urgency> {
        match pb::Urgency::try_from(number).ok()? {
            pb::Urgency::Unspecified | pb::Urgency::Normal => Some(domain::Urgency::Normal),
            pb::Urgency::Urgent => Some(domain::Urgency::Urgent),
        }
    }
}
words!(
    regime_kind,
    domain::RegimeKind,
    pb::RegimeKind,
    none = [Unspecified],
    Normal = Normal,
    CivilSecurity = CivilSecurity,
);

/// [`domain::FollowUp`] on the wire: who may read it, and who speaks; an unspecified author is the
/// city.
pub mod follow_up {
    use super::{domain, pb};
    use domain::FollowUp;
    use pb::{Author, Visibility};

    /// To the wire.
    pub fn to_pb(word: FollowUp) -> (Visibility, Author) {
        match word {
            FollowUp::Public | FollowUp::Shared => (Visibility::Public, Author::City),
            FollowUp::Internal => (Visibility::Internal, Author::City),
            FollowUp::FromCitizen => (Visibility::Public, Author::Citizen),
        }
    }

    /// From the wire, where one that is shared is marked apart. A citizen's message is public: they
    /// know what they wrote.
    pub fn from_pb(visibility: Visibility, author: Author) -> Option<FollowUp> {
        match (visibility, author) {
            (Visibility::Public, Author::Unspecified | Author::City) => Some(FollowUp::Public),
            (Visibility::Internal, Author::Unspecified | Author::City) => Some(FollowUp::Internal),
            (Visibility::Public, Author::Citizen) => Some(FollowUp::FromCitizen),
            (Visibility::Unspecified, _) | (Visibility::Internal, Author::Citizen) => None,
        }
    }
}

/// [`domain::Emergency`] on the wire, where there may be none or nobody may have been asked.
pub mod emergency {
    use super::{domain, pb};
    use domain::Emergency;

    /// To the wire; `None`: nobody was asked.
    pub fn to_pb(word: Option<Emergency>) -> pb::Emergency {
        match word {
            None => pb::Emergency::Unspecified,
            Some(Emergency::LifeInDanger) => pb::Emergency::LifeInDanger,
            Some(Emergency::Crime) => pb::Emergency::Crime,
            Some(Emergency::PublicOrder) => pb::Emergency::PublicOrder,
            Some(Emergency::RoadAccident) => pb::Emergency::RoadAccident,
        }
    }

    /// From the wire: `None` when the number is not known, `Some(None)` when there is no emergency.
    pub fn from_pb(number: i32) -> Option<Option<Emergency>> {
        match pb::Emergency::try_from(number).ok()? {
            pb::Emergency::Unspecified | pb::Emergency::None => Some(None),
            pb::Emergency::LifeInDanger => Some(Some(Emergency::LifeInDanger)),
            pb::Emergency::Crime => Some(Some(Emergency::Crime)),
            pb::Emergency::PublicOrder => Some(Some(Emergency::PublicOrder)),
            pb::Emergency::RoadAccident => Some(Some(Emergency::RoadAccident)),
        }
    }
}
