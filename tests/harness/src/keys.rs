//! Certificates and NKeys of the test's own, as files.

use std::fs;
use std::path::{Path, PathBuf};

use nkeys::KeyPair;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair as CertificateKey,
};

/// Who signs certificates.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, CertificateKey>,
    /// Its own certificate.
    pub certificate: PathBuf,
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate's file.
    pub certificate: PathBuf,
    /// The key's file.
    pub key: PathBuf,
}

impl Authority {
    /// An authority whose certificate is in `directory`, under its name.
    pub fn new(directory: &Path, name: &str) -> Self {
        let key = CertificateKey::generate().expect("a key can be generated");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let signed = params.self_signed(&key).expect("a certificate can be signed");
        let certificate = directory.join(format!("{name}.pem"));
        fs::write(&certificate, signed.pem()).expect("the certificate can be written");
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Signs a certificate for a server on the loopback, or a client of one.
    pub fn sign(&self, name: &str) -> Certificate {
        let key = CertificateKey::generate().expect("a key can be generated");
        let hosts = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let mut params = CertificateParams::new(hosts).expect("the names are well-formed");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let signed = params.signed_by(&key, &self.issuer).expect("a certificate can be signed");
        let file = |kind: &str| self.certificate.with_file_name(format!("{name}.{kind}"));
        let files = Certificate { certificate: file("pem"), key: file("key") };
        fs::write(&files.certificate, signed.pem()).expect("the certificate can be written");
        fs::write(&files.key, key.serialize_pem()).expect("the key can be written");
        files
    }
}

/// A key by which a user of the broker shows who it is.
#[derive(Clone, Debug)]
pub struct Nkey {
    /// What the broker knows.
    pub public: String,
    /// The file of the seed, which only the user has.
    pub seed: PathBuf,
}

impl Nkey {
    /// A new key, its seed in `directory`.
    pub fn new(directory: &Path, name: &str) -> Self {
        let pair = KeyPair::new_user();
        let seed = directory.join(format!("{name}.nk"));
        let text = pair.seed().expect("a new key has its seed");
        fs::write(&seed, format!("{text}\n")).expect("the seed can be written");
        Self { public: pair.public_key(), seed }
    }
}
