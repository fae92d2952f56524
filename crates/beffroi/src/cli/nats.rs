//! Arguments of the commands that read or write a log kept by a broker.

use std::path::PathBuf;

use beffroi_journal::{Access, ClientCertificate, Login};
use clap::Args;

/// The broker that keeps the log, and how it is known.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct NatsArgs {
    /// Keep the log in NATS JetStream instead of the data directory; several servers, separated by
    /// commas, are those of one cluster. A user and a password may stand before the host.
    #[arg(long, value_name = "URL", env = "BEFFROI_NATS", hide_env_values = true)]
    pub nats: Option<String>,
    /// Log in to the broker with a JWT and its seed (a file of `nsc`).
    #[arg(long, value_name = "FILE", env = "BEFFROI_NATS_CREDENTIALS")]
    pub nats_credentials: Option<PathBuf>,
    /// Log in to the broker with the seed of an NKey.
    #[arg(long, value_name = "FILE", env = "BEFFROI_NATS_NKEY")]
    #[arg(conflicts_with = "nats_credentials")]
    pub nats_nkey: Option<PathBuf>,
    /// Trust a broker whose certificate is signed by one of these (PEM) [default: the system's].
    #[arg(long, value_name = "FILE", env = "BEFFROI_NATS_CA")]
    pub nats_ca: Option<PathBuf>,
    /// Show this certificate (PEM) to a broker that asks for one.
    #[arg(long, value_name = "FILE", env = "BEFFROI_NATS_CERTIFICATE", requires = "nats_key")]
    pub nats_certificate: Option<PathBuf>,
    /// The key (PEM) of the certificate.
    #[arg(long, value_name = "FILE", env = "BEFFROI_NATS_KEY", requires = "nats_certificate")]
    pub nats_key: Option<PathBuf>,
    /// How many of the broker's servers keep the log: 3 of 3 survive the loss of one.
    #[arg(long, value_name = "N", env = "BEFFROI_NATS_REPLICAS", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=5))]
    pub nats_replicas: u8,
}

impl NatsArgs {
    /// The files among them.
    pub(crate) fn access(&self) -> Access {
        let credentials = self.nats_credentials.clone().map(Login::Credentials);
        let certificate = self.nats_certificate.clone().zip(self.nats_key.clone());
        Access {
            login: credentials.or_else(|| self.nats_nkey.clone().map(Login::Nkey)),
            authority: self.nats_ca.clone(),
            certificate: certificate
                .map(|(certificate, key)| ClientCertificate { certificate, key }),
        }
    }

    /// The options that give a file.
    pub(crate) fn files(&self) -> [(&'static str, Option<&PathBuf>); 5] {
        [
            ("--nats-credentials", self.nats_credentials.as_ref()),
            ("--nats-nkey", self.nats_nkey.as_ref()),
            ("--nats-ca", self.nats_ca.as_ref()),
            ("--nats-certificate", self.nats_certificate.as_ref()),
            ("--nats-key", self.nats_key.as_ref()),
        ]
    }
}
