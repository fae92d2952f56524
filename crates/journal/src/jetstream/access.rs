//! How a node shows the broker who it is, and knows whose broker it is.
//!
//! Files are read again for each connection, so that renewed ones are used without a restart.

use std::path::{Path, PathBuf};

use async_nats::{Auth, AuthError, ConnectOptions};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use nkeys::KeyPair;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::error::{AccessFault, Error};

/// The files by which a node and the broker know each other; a password is in the address.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Who the node is.
    pub login: Option<Login>,
    /// The certificates, in PEM, that the broker's must be signed by, instead of the system's.
    pub authority: Option<PathBuf>,
    /// What the node shows to a broker that asks for a certificate.
    pub certificate: Option<ClientCertificate>,
}

/// A file that says who a node is.
#[derive(Clone, Debug)]
pub enum Login {
    /// A JWT and its seed, as `nsc` writes them.
    Credentials(PathBuf),
    /// The seed of an NKey.
    Nkey(PathBuf),
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// The certificate's file, with those between it and the authority.
    pub certificate: PathBuf,
    /// The key's file.
    pub key: PathBuf,
}

impl Access {
    /// Checks the files, so that a wrong one is named before the broker refuses it.
    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(login) = &self.login {
            let identity = Identity::read(login).map_err(|fault| login.error(fault))?;
            if let Some(expired) = identity.expires_at.filter(|it| *it <= Utc::now()) {
                return Err(login.error(AccessFault::Expired(expired)));
            }
        }
        let certificate = self.certificate.as_ref();
        let pems = [
            (self.authority.as_ref(), "CERTIFICATE-----"),
            (certificate.map(|it| &it.certificate), "CERTIFICATE-----"),
            (certificate.map(|it| &it.key), "PRIVATE KEY-----"),
        ];
        for (file, label) in pems {
            let Some(file) = file else { continue };
            let fault = match read(file) {
                Ok(text) if text.contains(label) => continue,
                Ok(_) => AccessFault::NotPem,
                Err(fault) => fault,
            };
            return Err(Error::Access { file: file.clone(), fault });
        }
        Ok(())
    }

    /// What a connection to one of `addresses` needs to know.
    pub(super) fn options(&self, addresses: &[Address]) -> ConnectOptions {
        let in_address = addresses.iter().find_map(|it| it.login.as_ref());
        let mut options = match self.login.clone() {
            None => match in_address {
                None => ConnectOptions::new(),
                Some((token, None)) => ConnectOptions::with_token(token.clone()),
                Some((user, Some(password))) => {
                    ConnectOptions::with_user_and_password(user.clone(), password.clone())
                }
            },
            Some(login) => ConnectOptions::with_auth_callback(move |nonce| {
                let answer = Identity::read(&login).and_then(|it| it.answer(&nonce));
                std::future::ready(answer.map_err(AuthError::new))
            }),
        };
        if let Some(authority) = &self.authority {
            options = options.add_root_certificates(authority.clone()).require_tls(true);
        }
        if let Some(ClientCertificate { certificate, key }) = self.certificate.clone() {
            options = options.add_client_certificate(certificate, key).require_tls(true);
        }
        options
    }
}

/// An address of the broker, apart from the user and the password in it, which the client would not
/// use, but tell in its traces.
pub(super) struct Address {
    pub(super) server: String,
    login: Option<(String, Option<String>)>,
}

impl Address {
    /// The addresses in a list separated by commas.
    pub(super) fn list(text: &str) -> Vec<Self> {
        text.split(',').map(|it| Self::parse(it.trim())).collect()
    }

    fn parse(text: &str) -> Self {
        let (scheme, rest) = text.split_once("://").unwrap_or(("nats", text));
        let Some((login, host)) = rest.rsplit_once('@') else {
            return Self { server: text.to_owned(), login: None };
        };
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let login = match login.split_once(':') {
            Some((user, password)) => (decode(user), Some(decode(password))),
            None => (decode(login), None),
        };
        Self { server: format!("{scheme}://{host}"), login: Some(login) }
    }
}

impl Login {
    fn error(&self, fault: AccessFault) -> Error {
        let (Self::Credentials(file) | Self::Nkey(file)) = self;
        Error::Access { file: file.clone(), fault }
    }
}

/// A key, and what somebody has signed for it.
struct Identity {
    jwt: Option<String>,
    key: KeyPair,
    expires_at: Option<DateTime<Utc>>,
}

/// What of a JWT matters here.
#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    exp: i64,
}

impl Identity {
    fn read(login: &Login) -> Result<Self, AccessFault> {
        match login {
            Login::Nkey(file) => {
                let text = read(file)?;
                let seed = text.lines().map(str::trim).find(|it| it.starts_with("SU"));
                let key = seed.and_then(|it| KeyPair::from_seed(it).ok());
                let key = key.ok_or(AccessFault::NoSeed)?;
                Ok(Self { jwt: None, key, expires_at: None })
            }
            Login::Credentials(file) => {
                let text = read(file)?;
                let jwt = block(&text, "USER JWT").ok_or(AccessFault::NotCredentials)?;
                let seed = block(&text, "NKEY SEED").ok_or(AccessFault::NotCredentials)?;
                let key = KeyPair::from_seed(seed).map_err(|_| AccessFault::NoSeed)?;
                let claims = claims(jwt).ok_or(AccessFault::NotCredentials)?;
                let expires_at = DateTime::from_timestamp(claims.exp, 0).filter(|_| claims.exp > 0);
                Ok(Self { jwt: Some(jwt.to_owned()), key, expires_at })
            }
        }
    }

    /// Signs what the broker made up for this connection.
    fn answer(self, nonce: &[u8]) -> Result<Auth, AccessFault> {
        let mut auth = Auth::new();
        auth.signature = Some(self.key.sign(nonce).map_err(|_| AccessFault::NoSeed)?);
        auth.nkey = self.jwt.is_none().then(|| self.key.public_key());
        auth.jwt = self.jwt;
        Ok(auth)
    }
}

fn read(file: &Path) -> Result<String, AccessFault> {
    std::fs::read_to_string(file).map_err(|error| AccessFault::Unreadable(error.kind()))
}

/// The line after the one that begins a block of that kind.
fn block<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let mut lines = text.lines().map(str::trim);
    lines.find(|it| it.starts_with("---") && it.contains("BEGIN") && it.contains(kind))?;
    lines.next().filter(|it| !it.starts_with("---"))
}

fn claims(jwt: &str) -> Option<Claims> {
    let payload = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_an_address_is_taken_apart() {
        let parsed = |text| {
            let Address { server, login } = Address::parse(text);
            (server, login)
        };
        let login = |user: &str, password: Option<&str>| {
            Some((user.to_owned(), password.map(ToOwned::to_owned)))
        };
        let server = "nats://log:4222".to_owned();
        assert_eq!(parsed("nats://log:4222"), (server.clone(), None));
        assert_eq!(parsed("nats://a:b@log:4222"), (server.clone(), login("a", Some("b"))));
        assert_eq!(
            parsed("nats://a:b%40c:d@log:4222"),
            (server.clone(), login("a", Some("b@c:d")))
        );
        assert_eq!(parsed("nats://token@log:4222"), (server.clone(), login("token", None)));
        assert_eq!(parsed("a:b@log:4222"), (server, login("a", Some("b"))));
    }
}
