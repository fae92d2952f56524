//! Identifiers: UUIDs that cannot be mistaken for one another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use uuid::Uuid;

/// The text is not a UUID, or it is the nil UUID.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a UUID: expected 32 hexadecimal digits, not all zero")]
pub struct InvalidId(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        // Invariant: never the nil UUID, which stands for absence on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes any UUID but the nil one.
            pub fn new(uuid: Uuid) -> Result<Self, InvalidId> {
                if uuid.is_nil() { Err(InvalidId(uuid.to_string())) } else { Ok(Self(uuid)) }
            }

            /// The UUID.
            pub fn uuid(self) -> Uuid {
                self.0
            }

            /// The id that `name` derives from this one, always the same (UUID version 5).
            pub fn derive(self, name: &str) -> Uuid {
                Uuid::new_v5(&self.0, name.as_bytes())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let uuid = Uuid::parse_str(text).map_err(|_| InvalidId(shortened(text)))?;
                Self::new(uuid)
            }
        }
    };
}

id! {
    /// A request, chosen by whoever opens it.
    RequestId
}
id! {
    /// A citizen, pseudonymous.
    CitizenId
}
id! {
    /// A contact, chosen by whoever records it.
    ContactId
}
id! {
    /// An event.
    EventId
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
