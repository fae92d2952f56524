//! Parsing what callers send: every field that is wrong is named, all at once.

use crate::error::{Problem, Violation};
use beffroi_domain::{
    CitizenId, Code, ContactId, Identifier, IdentifierKind, InvalidId, Label, Number, PersonalData,
    Place, RequestId, Text, Timestamp, ten_millionths,
};
use beffroi_wire::pb::event::v1 as pb;
use beffroi_wire::time;
use uuid::Uuid;

/// What a caller names a request by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Id(RequestId),
    Number(Number),
}

/// Collects what is wrong while a message is parsed.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    violations: Vec<Violation>,
}

impl Fields {
    pub(crate) fn wrong(&mut self, field: &str, problem: Problem) {
        self.violations.push(problem.at(field));
    }

    pub(crate) fn add(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    fn keep<T>(&mut self, field: &str, parsed: Result<T, Problem>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(problem) => {
                self.wrong(field, problem);
                None
            }
        }
    }

    /// The value, unless anything was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Violation>> {
        match value {
            Some(value) if self.violations.is_empty() => Ok(value),
            _ => Err(self.violations),
        }
    }

    /// A required UUID.
    pub(crate) fn id<T: std::str::FromStr<Err = InvalidId>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<T> {
        let parsed = match text.trim() {
            "" => Err(Problem::Missing),
            text => text.parse().map_err(Problem::Id),
        };
        self.keep(field, parsed)
    }

    pub(crate) fn uuid(&mut self, field: &str, text: &str) -> Option<Uuid> {
        self.id::<ContactId>(field, text).map(ContactId::uuid)
    }

    pub(crate) fn citizen(&mut self, field: &str, text: &str) -> Option<Option<CitizenId>> {
        if text.trim().is_empty() { Some(None) } else { self.id(field, text).map(Some) }
    }

    pub(crate) fn name(&mut self, field: &str, text: &str) -> Option<Name> {
        self.keep(field, name(text))
    }

    pub(crate) fn label(&mut self, field: &str, text: &str) -> Option<Label> {
        let label = self.optional_label(field, text)?;
        self.keep(field, label.ok_or(Problem::Missing))
    }

    pub(crate) fn optional_label(&mut self, field: &str, text: &str) -> Option<Option<Label>> {
        self.keep(field, Label::optional(text).map_err(Problem::Text))
    }

    pub(crate) fn text(&mut self, field: &str, text: &str, max: usize) -> Option<Option<Text>> {
        self.keep(field, Text::optional(text, max).map_err(Problem::Text))
    }

    pub(crate) fn code(&mut self, field: &str, text: &str) -> Option<Code> {
        let parsed = match text.trim() {
            "" => Err(Problem::Missing),
            text => text.parse().map_err(Problem::Code),
        };
        self.keep(field, parsed)
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, field: &str, text: &str, max: usize) -> Option<Text> {
        let text = self.text(field, text, max)?;
        self.keep(field, text.ok_or(Problem::Missing))
    }

    /// A media type, such as `image/jpeg`.
    pub(crate) fn media_type(&mut self, field: &str, text: &str) -> Option<Label> {
        let text = text.trim().to_ascii_lowercase();
        let parsed = match text.as_str() {
            "" => Err(Problem::Missing),
            text if !is_media_type(text) => Err(Problem::MediaType),
            text => text.parse().map_err(Problem::Text),
        };
        self.keep(field, parsed)
    }

    /// A SHA-256 in hexadecimal digits.
    pub(crate) fn sha256(&mut self, field: &str, text: &str) -> Option<[u8; 32]> {
        let parsed = match text.trim() {
            "" => Err(Problem::Missing),
            text => sha256(text).ok_or(Problem::Digest),
        };
        self.keep(field, parsed)
    }

    /// A number that must lie between 1 and `max`.
    pub(crate) fn positive(&mut self, field: &str, found: u64, max: u64) -> Option<u64> {
        let parsed = match found {
            0 => Err(Problem::Missing),
            found if found > max => Err(Problem::TooBig { found, max }),
            found => Ok(found),
        };
        self.keep(field, parsed)
    }

    /// A required identifier of a citizen.
    pub(crate) fn identifier(
        &mut self,
        field: &str,
        kind: IdentifierKind,
        text: &str,
    ) -> Option<Identifier> {
        self.keep(field, Identifier::parse(kind, text).map_err(Problem::Identifier))
    }

    /// A word that must be one of those the API has.
    pub(crate) fn word<T>(&mut self, field: &str, number: i32, word: Option<T>) -> Option<T> {
        let problem = if number == 0 { Problem::Missing } else { Problem::UnknownWord };
        self.keep(field, word.ok_or(problem))
    }

    /// A word that live intake must know.
    pub(crate) fn known<T>(&mut self, field: &str, number: i32, word: Option<T>) -> Option<T> {
        self.word(field, number, word.filter(|_| number != 0))
    }

    pub(crate) fn at_most(&mut self, field: &str, found: u32, max: u32) -> Option<u32> {
        let problem = Problem::TooBig { found: found.into(), max: max.into() };
        self.keep(field, if found > max { Err(problem) } else { Ok(found) })
    }

    /// A time that is not in the future, if any is given.
    pub(crate) fn optional_past(
        &mut self,
        field: &str,
        at: Option<&prost_types::Timestamp>,
        now: Timestamp,
    ) -> Option<Option<Timestamp>> {
        if at.is_none() { Some(None) } else { self.past(field, at, now).map(Some) }
    }

    /// A required time that is not in the future.
    pub(crate) fn past(
        &mut self,
        field: &str,
        at: Option<&prost_types::Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let at = self.time(field, at)?;
        let future = at > now.saturating_add_micros(CLOCK_SKEW_MICROS);
        self.keep(field, if future { Err(Problem::Future(now)) } else { Ok(at) })
    }

    pub(crate) fn time(
        &mut self,
        field: &str,
        at: Option<&prost_types::Timestamp>,
    ) -> Option<Timestamp> {
        let parsed = at.ok_or(Problem::Missing);
        self.keep(field, parsed.and_then(|at| time::from_pb(at).map_err(|_| Problem::Time)))
    }

    pub(crate) fn place(&mut self, field: &str, place: Option<&pb::Place>) -> Option<Place> {
        let Some(place) = place else { return Some(Place::default()) };
        let borough = self.optional_label(&format!("{field}.borough"), &place.borough);
        let coordinates = match &place.coordinates {
            None => Some(None),
            Some(it) => self
                .keep(&format!("{field}.coordinates"), coordinates(it).ok_or(Problem::Coordinates))
                .map(Some),
        };
        Some(Place { borough: borough?, coordinates: coordinates? })
    }
}

/// How far a caller's clock may be ahead of ours.
const CLOCK_SKEW_MICROS: i64 = 2_000_000;

/// A request's number or UUID.
pub(crate) fn name(text: &str) -> Result<Name, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    // A number has at most 12 characters, a UUID at least 32.
    if text.len() >= 32 {
        text.parse().map(Name::Id).map_err(Problem::Id)
    } else {
        text.parse().map(Name::Number).map_err(Problem::Number)
    }
}

/// `type/subtype`, each of the characters that RFC 6838 has for names, and together a label.
fn is_media_type(text: &str) -> bool {
    let allowed = |it: u8| it.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&it);
    let is_name = |it: &str| {
        let first = it.bytes().next().is_some_and(|it| it.is_ascii_alphanumeric());
        first && it.len() <= 99 && it.bytes().all(allowed)
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

fn sha256(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

fn coordinates(it: &pb::Coordinates) -> Option<(i32, i32)> {
    Some((ten_millionths(it.latitude, 90.0)?, ten_millionths(it.longitude, 180.0)?))
}

/// Personal data that is only a text.
pub(crate) fn only_text(text: Option<Text>) -> PersonalData {
    PersonalData { text, ..PersonalData::default() }
}
