//! An operator of the broker who signs accounts, which sign users: what `nsc` would make.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// An operator with one account that keeps streams.
#[derive(Debug)]
pub struct Operator {
    key: KeyPair,
    account: KeyPair,
    system: KeyPair,
}

impl Operator {
    /// A new operator.
    pub fn new() -> Self {
        let [account, system] = [KeyPair::new_account(), KeyPair::new_account()];
        Self { key: KeyPair::new_operator(), account, system }
    }

    /// What a server's configuration says of it.
    pub fn access(&self) -> String {
        let named = json!({ "type": "operator", "version": 2 });
        let operator = signed(&self.key, &self.key.public_key(), None, &named);
        let limits = json!({
            "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "conn": -1,
            "leaf": -1, "wildcards": true,
        });
        let mut keeping = limits.clone();
        for storage in ["mem_storage", "disk_storage", "streams", "consumer"] {
            keeping[storage] = json!(-1);
        }
        let account = |pair: &KeyPair, limits: &Value| {
            let claims = json!({ "type": "account", "version": 2, "limits": limits });
            let jwt = signed(&self.key, &pair.public_key(), None, &claims);
            format!("{}: {jwt}", pair.public_key())
        };
        format!(
            "operator: {operator}\nsystem_account: {}\nresolver: MEMORY\n\
             resolver_preload {{\n{}\n{}\n}}",
            self.system.public_key(),
            account(&self.account, &keeping),
            account(&self.system, &limits),
        )
    }

    /// A file of credentials of a new user in `directory`, good until a time in seconds.
    pub fn credentials(&self, directory: &Path, name: &str, until: Option<i64>) -> PathBuf {
        let user = KeyPair::new_user();
        let claims = json!({
            "type": "user", "version": 2, "pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1,
        });
        let jwt = signed(&self.account, &user.public_key(), until, &claims);
        let seed = user.seed().expect("a new key has its seed");
        let file = directory.join(format!("{name}.creds"));
        let text = format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        );
        fs::write(&file, text).expect("the credentials can be written");
        file
    }
}

impl Default for Operator {
    fn default() -> Self {
        Self::new()
    }
}

fn signed(issuer: &KeyPair, subject: &str, until: Option<i64>, claims: &Value) -> String {
    let header = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
    let payload = json!({
        "jti": subject, "iat": 1_700_000_000, "iss": issuer.public_key(), "name": subject,
        "sub": subject, "exp": until.unwrap_or_default(), "nats": claims,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let body = format!("{}.{}", part(&header), part(&payload));
    let signature = issuer.sign(body.as_bytes()).expect("a new key can sign");
    format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature))
}
