//! Page and resume tokens: opaque to callers, bound to the log and to the filter they belong to.

use crate::error::{ApiError, Problem};
use sha2::{Digest, Sha256};

/// A place in a list or a stream, written for a caller to send back.
///
/// `binding` is whatever the place only makes sense with, such as the filter.
pub(crate) fn write(log: &str, binding: &str, place: u64) -> String {
    format!("{place:016x}{}{}", seal(log, "", place), seal(log, binding, place))
}

/// Reads a place back; `problem` when it is not a token, or one with another binding.
pub(crate) fn read(
    (field, problem): (&str, fn() -> Problem),
    log: &str,
    binding: &str,
    token: &str,
) -> Result<u64, ApiError> {
    let wrong = || ApiError::from(problem().at(field));
    let digits = token.get(..16).ok_or_else(wrong)?;
    let place = u64::from_str_radix(digits, 16).map_err(|_| wrong())?;
    if token == write(log, binding, place) {
        return Ok(place);
    }
    // The first seal depends on the log alone: it tells another log from a damaged token.
    if token.len() == write(log, binding, place).len()
        && token.is_ascii()
        && token.get(16..32) != Some(&seal(log, "", place))
        && field == RESUME
    {
        return Err(ApiError::OtherLog);
    }
    Err(wrong())
}

/// The field of resume tokens.
pub(crate) const RESUME: &str = "resume_token";

fn seal(log: &str, binding: &str, place: u64) -> String {
    let mut hash = Sha256::new();
    for part in [log, binding] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(place.to_be_bytes());
    let bytes = hash.finalize();
    let (head, _) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
    format!("{:016x}", u64::from_be_bytes(*head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &str, binding: &str, token: &str) -> Result<u64, ApiError> {
        read((RESUME, || Problem::ResumeToken), log, binding, token)
    }

    #[test]
    fn a_token_is_read_back_as_written() {
        assert!(matches!(check("a", "f", &write("a", "f", 7)), Ok(7)));
    }

    #[test]
    fn a_token_of_another_filter_or_a_damaged_one_is_refused() {
        let token = write("a", "f", 7);
        assert!(matches!(check("a", "g", &token), Err(ApiError::Invalid(_))));
        for at in 0..token.len() {
            let mut damaged = token.clone();
            damaged.replace_range(at..=at, "x");
            assert!(check("a", "f", &damaged).is_err(), "{damaged}");
        }
        assert!(check("a", "f", "").is_err());
        assert!(check("a", "f", "é").is_err());
    }

    #[test]
    fn a_resume_token_of_another_log_says_so() {
        assert!(matches!(check("b", "f", &write("a", "f", 7)), Err(ApiError::OtherLog)));
    }
}
