//! What to do when the broker's log cannot be used.

use super::error::{Said, french};
use crate::cli::NatsArgs;
use beffroi_journal::{AccessFault, Error};

/// The error, where it happened, and what the operator can do about it.
pub(crate) fn cannot_use(log: &str, args: &NatsArgs, error: Error) -> Said {
    let said = Said::new(
        format!("le journal de {log} ne peut servir"),
        format!("cannot use the log at {log}"),
    );
    let Some((fr, en)) = advice(args, &error) else { return said.because(error) };
    let cause = french(&error).unwrap_or_else(|| error.to_string());
    said.because(Said::new(format!("{cause} : {fr}"), format!("{error}: {en}")))
}

fn advice(args: &NatsArgs, error: &Error) -> Option<(String, String)> {
    let options = args.files();
    let given = |wanted: &[&str]| {
        let given = options.iter().find(|(name, file)| wanted.contains(name) && file.is_some());
        given.map(|(name, _)| *name)
    };
    Some(match error {
        Error::Access { file, fault } => {
            let (option, _) = options.iter().find(|(_, it)| *it == Some(file))?;
            match fault {
                AccessFault::Expired(_) => (
                    format!("renouvelez le fichier de {option}"),
                    format!("renew the file of {option}"),
                ),
                AccessFault::Unreadable(_)
                | AccessFault::NotCredentials
                | AccessFault::NoSeed
                | AccessFault::NotPem => {
                    (format!("corrigez {option}"), format!("correct {option}"))
                }
            }
        }
        Error::Unauthorized => match given(&["--nats-credentials", "--nats-nkey"]) {
            Some(option) => (
                format!(
                    "le fichier de {option} n'est pas, ou n'est plus, d'un utilisateur de ce courtier"
                ),
                format!("the file of {option} is not, or no longer, of a user of this broker"),
            ),
            None => (
                "donnez --nats-credentials, --nats-nkey, ou l'utilisateur et le mot de passe qui \
                 conviennent dans --nats"
                    .to_owned(),
                "give --nats-credentials, --nats-nkey, or the right user and password in --nats"
                    .to_owned(),
            ),
        },
        Error::Tls(_) => (
            "donnez le certificat qui a signé celui du courtier par --nats-ca et, si le courtier en \
             demande un, celui du nœud par --nats-certificate et --nats-key"
                .to_owned(),
            "give the certificate that signed the broker's with --nats-ca and, if the broker asks \
             for one, the node's with --nats-certificate and --nats-key"
                .to_owned(),
        ),
        Error::NotPermitted(_) => (
            "accordez-le à l'utilisateur du nœud ; deploy/nats/permissions.conf dit ce qu'il lui faut"
                .to_owned(),
            "grant it to the node's user; deploy/nats/permissions.conf says what it needs".to_owned(),
        ),
        Error::ServerTooOld { .. } => (
            "mettez nats-server à jour".to_owned(),
            "upgrade nats-server".to_owned(),
        ),
        Error::UnsafeStream { stream, .. } => (
            format!("changez-le par `nats stream edit {stream}`, ou gardez-le de côté et recommencez"),
            format!("change it with `nats stream edit {stream}`, or keep it aside and begin anew"),
        ),
        Error::Locked { .. }
        | Error::NotAJournal { .. }
        | Error::Format { .. }
        | Error::Storage(_)
        | Error::Row { .. }
        | Error::Closed
        | Error::Unreachable(_)
        | Error::Broker { .. } => return None,
    })
}
