//! Signatures by the Standard Webhooks scheme: <https://www.standardwebhooks.com>.

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";
const BYTES_MIN: usize = 24;
const BYTES_MAX: usize = 64;
/// A new secret and the one that it replaces.
const SECRETS_MAX: usize = 2;

/// What the messages of a recipient are signed with.
// Invariant: one or two secrets of 24 to 64 bytes.
pub(crate) struct Secrets(Vec<Vec<u8>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl Secrets {
    /// Reads a file of one or two secrets, one a line. What is wrong is told in French and English,
    /// and never what the file holds.
    pub(crate) fn read(file: &Path) -> Result<Self, (String, String)> {
        let path = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            (format!("impossible de lire {path} : {error}"), format!("cannot read {path}: {error}"))
        })?;
        Self::parse(&text).ok_or_else(|| {
            (
                format!(
                    "{path} n'est pas un secret : mettez-y `{PREFIX}` suivi de {BYTES_MIN} à \
                     {BYTES_MAX} octets en base64, au plus {SECRETS_MAX} lignes"
                ),
                format!(
                    "{path} is not a secret: put `{PREFIX}` and {BYTES_MIN} to {BYTES_MAX} bytes \
                     in base64 into it, at most {SECRETS_MAX} lines"
                ),
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
        let secrets: Option<Vec<Vec<u8>>> = lines
            .map(|line| {
                let bytes = STANDARD.decode(line.strip_prefix(PREFIX)?).ok()?;
                (BYTES_MIN..=BYTES_MAX).contains(&bytes.len()).then_some(bytes)
            })
            .collect();
        secrets.filter(|it| (1..=SECRETS_MAX).contains(&it.len())).map(Self)
    }

    /// The header `webhook-signature`: one signature by each secret.
    pub(crate) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signatures = self.0.iter().filter_map(|secret| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            mac.update(format!("{id}.{timestamp}.").as_bytes());
            mac.update(body);
            Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
        });
        signatures.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
impl Secrets {
    /// The secret of the scheme's own example.
    pub(crate) fn sample() -> Self {
        Self::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemes_own_example_is_signed_as_it_says() {
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signature = Secrets::sample().sign(id, 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let one = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let two = format!("{one}\nwhsec_{}\n", STANDARD.encode([7; 32]));
        let signature = Secrets::parse(&two).expect("two").sign("a", 1, b"");
        assert_eq!(signature.split(' ').filter(|it| it.starts_with("v1,")).count(), 2);
        for wrong in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_?"] {
            assert!(Secrets::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{:?}", Secrets::sample()), "<redacted>");
    }
}
