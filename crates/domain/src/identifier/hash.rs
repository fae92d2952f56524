//! The keyed hash of an identifier: what is kept in its place.

use super::{Identifier, IdentifierKind};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

const BLOCK_BYTES: usize = 64;

/// The hash of an identifier under a key: equal identifiers have equal hashes under one key, and
/// nobody without the key can try numbers until one fits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdentifierHash {
    /// The kind of the identifier.
    pub kind: IdentifierKind,
    /// The key it was hashed with.
    pub key_id: KeyId,
    /// HMAC-SHA256 over the name of the kind, a zero byte and the normal form.
    pub digest: [u8; 32],
}

/// Which key it was: the first 8 bytes of the key's SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(pub [u8; 8]);

/// The secret under which identifiers are hashed. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentifierKey([u8; 32]);

/// The text is not a key, or not the id of one. It is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidKey {
    /// Another number of characters.
    #[error("it has {found} characters, expected {expected} hexadecimal digits")]
    Length {
        /// The characters found.
        found: usize,
        /// The hexadecimal digits expected.
        expected: usize,
    },
    /// A character is not a hexadecimal digit.
    #[error("its character {at} is not a hexadecimal digit")]
    NotHexadecimal {
        /// Its place, from 1.
        at: usize,
    },
}

impl IdentifierKey {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Which key it is.
    pub fn id(&self) -> KeyId {
        let mut id = [0; 8];
        for (byte, own) in id.iter_mut().zip(Sha256::digest(self.0)) {
            *byte = own;
        }
        KeyId(id)
    }

    /// The hash of an identifier.
    pub fn hash(&self, identifier: &Identifier) -> IdentifierHash {
        let kind = identifier.kind();
        let digest = self.mac(&[kind.name().as_bytes(), b"\0", identifier.form().as_bytes()]);
        IdentifierHash { kind, key_id: self.id(), digest }
    }

    /// The key as its file holds it: 64 hexadecimal digits.
    pub fn to_secret_text(&self) -> String {
        hexadecimal(&self.0)
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC fills a key up to a block with zeros; done here, no length can be wrong.
        let mut block = [0; BLOCK_BYTES];
        for (byte, own) in block.iter_mut().zip(self.0) {
            *byte = own;
        }
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl FromStr for IdentifierKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        bytes(text).map(Self)
    }
}

impl fmt::Debug for IdentifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentifierKey({})", self.id())
    }
}

impl FromStr for KeyId {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        bytes(text).map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

// A hash stands for a person as an id does, but whoever holds the key can tell which: it is cut.
impl fmt::Debug for IdentifierHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, ..] = self.digest;
        write!(f, "IdentifierHash({} {} {a:02x}{b:02x}..)", self.kind.name(), self.key_id)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|it| [it >> 4, it & 0xf]);
    halves.filter_map(|it| char::from_digit(it.into(), 16)).collect()
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], InvalidKey> {
    let found = text.chars().count();
    if found != 2 * N {
        return Err(InvalidKey::Length { found, expected: 2 * N });
    }
    let mut bytes = [0; N];
    for (place, digit) in text.chars().enumerate() {
        let digit = digit.to_digit(16).and_then(|it| u8::try_from(it).ok());
        let digit = digit.ok_or(InvalidKey::NotHexadecimal { at: place + 1 })?;
        if let Some(byte) = bytes.get_mut(place / 2) {
            *byte = *byte << 4 | digit;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> IdentifierKey {
        let bytes: Vec<u8> = (0..32).collect();
        IdentifierKey::new(bytes.try_into().unwrap())
    }

    #[test]
    fn the_hash_is_the_hmac_of_rfc_4231() {
        // Its first case, whose key of 20 bytes is filled up with zeros.
        let mut bytes = [0; 32];
        bytes[..20].fill(0x0b);
        let mac = IdentifierKey::new(bytes).mac(&[b"Hi ", b"There"]);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hexadecimal(&mac), expected);
    }

    #[test]
    fn the_hash_of_a_number_stays_as_it_was() {
        let number = Identifier::telephone("418 555-0123").unwrap();
        let hash = key().hash(&number);
        assert_eq!(hash.key_id.to_string(), "630dcd2966c43366");
        assert_eq!(
            hexadecimal(&hash.digest),
            "23eb2f45bcfd098840e1d6ca85ba01bda2b853156189e821ebc632eb07f6e024"
        );
    }

    #[test]
    fn kinds_and_keys_keep_hashes_apart() {
        let account = Identifier::app_account("lea@exemple.ca").unwrap();
        let email = Identifier::email("lea@exemple.ca").unwrap();
        assert_ne!(key().hash(&account).digest, key().hash(&email).digest);
        let other = IdentifierKey::new([7; 32]);
        assert_ne!(key().hash(&email).digest, other.hash(&email).digest);
        assert_ne!(key().id(), other.id());
    }

    #[test]
    fn a_key_is_written_and_read_but_never_printed() {
        let secret = key().to_secret_text();
        assert_eq!(secret.parse(), Ok(key()));
        assert_eq!(secret.to_uppercase().parse(), Ok(key()));
        assert!(!format!("{:?}", key()).contains(&secret[..16]));
        assert_eq!(key().id().to_string().parse(), Ok(key().id()));
    }

    #[test]
    fn a_wrong_key_says_what_is_wrong() {
        let length = |found| Err(InvalidKey::Length { found, expected: 64 });
        assert_eq!("".parse::<IdentifierKey>(), length(0));
        assert_eq!("é".repeat(63).parse::<IdentifierKey>(), length(63));
        let mut text = "0".repeat(64);
        text.replace_range(9..10, "g");
        assert_eq!(text.parse::<IdentifierKey>(), Err(InvalidKey::NotHexadecimal { at: 10 }));
    }
}
