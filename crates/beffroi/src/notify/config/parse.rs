//! From TOML to who is told of what.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::Uri;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{Config, Defect, Delivery, RECIPIENTS_MAX, Recipient, Rule};
use crate::notify::secret::Secrets;
use crate::words::{Lang, Word, keys};

const NAME_CHARS_MAX: usize = 40;
const ATTEMPTS: std::ops::RangeInclusive<u32> = 1..=100;
const TIMEOUT_SECS: (u64, u64) = (1, 60);
const RETRY_SECS: (u64, u64) = (1, 86_400);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    delivery: RawDelivery,
    #[serde(default)]
    recipient: Vec<Spanned<RawRecipient>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDelivery {
    timeout: Option<Spanned<String>>,
    attempts: Option<Spanned<u32>>,
    first_retry: Option<Spanned<String>>,
    last_retry: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecipient {
    name: Option<Spanned<String>>,
    url: Option<Spanned<String>>,
    secret_file: Option<Spanned<String>>,
    language: Option<Spanned<String>>,
    since: Option<Spanned<Datetime>>,
    #[serde(default)]
    when: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
    #[serde(default)]
    units: Vec<Spanned<String>>,
    #[serde(default)]
    products: Vec<Spanned<String>>,
    #[serde(default)]
    promises: Vec<Spanned<String>>,
    #[serde(default)]
    urgencies: Vec<Spanned<String>>,
}

/// Reads the text; secret files are named relative to `folder`. Gives everything that is wrong.
pub(super) fn parse(text: &str, folder: &Path) -> Result<Config, Vec<Defect>> {
    let mut found = Defects { text, list: Vec::new() };
    let raw: RawFile = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let message = error.message();
            let key = key_at(text, span.start);
            found.add(&key, span, message, message);
            return Err(found.list);
        }
    };
    let delivery = delivery(&mut found, &raw.delivery);
    if raw.recipient.is_empty() || raw.recipient.len() > RECIPIENTS_MAX {
        found.add(
            "recipient",
            0..0,
            &format!("indiquez de 1 à {RECIPIENTS_MAX} [[recipient]]"),
            &format!("give 1 to {RECIPIENTS_MAX} [[recipient]]"),
        );
    }
    let mut names = BTreeSet::new();
    let recipients: Vec<_> =
        raw.recipient.iter().map(|it| recipient(&mut found, it, folder, &mut names)).collect();
    match recipients.into_iter().collect() {
        Some(recipients) if found.list.is_empty() => Ok(Config { delivery, recipients }),
        _ => Err(found.list),
    }
}

/// The key on the line of an offset.
fn key_at(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or_default();
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(begin..).unwrap_or_default().lines().next().unwrap_or_default();
    line.split_once('=').map_or("", |(key, _)| key.trim()).to_owned()
}

struct Defects<'a> {
    text: &'a str,
    list: Vec<Defect>,
}

impl Defects<'_> {
    fn add(&mut self, key: &str, span: Range<usize>, fr: &str, en: &str) {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        self.list.push(Defect { line, key: key.to_owned(), fr: fr.to_owned(), en: en.to_owned() });
    }

    fn missing(&mut self, key: &str, span: Range<usize>) {
        self.add(key, span, "manque : ajoutez cette clé", "is missing: add this key");
    }
}

fn delivery(found: &mut Defects<'_>, raw: &RawDelivery) -> Delivery {
    let default = Delivery::default();
    let attempts = raw.attempts.as_ref().map_or(default.attempts, |it| {
        if !ATTEMPTS.contains(it.get_ref()) {
            let (min, max) = (ATTEMPTS.start(), ATTEMPTS.end());
            found.add(
                "delivery.attempts",
                it.span(),
                &format!("donnez un nombre de {min} à {max}"),
                &format!("give a number from {min} to {max}"),
            );
        }
        *it.get_ref()
    });
    let mut time = |key: &str, raw: &Option<Spanned<String>>, default, bounds| {
        raw.as_ref().map_or(default, |it| duration(found, key, it, bounds).unwrap_or(default))
    };
    let timeout = time("delivery.timeout", &raw.timeout, default.timeout, TIMEOUT_SECS);
    let first = time("delivery.first_retry", &raw.first_retry, default.first_retry, RETRY_SECS);
    let last = time("delivery.last_retry", &raw.last_retry, default.last_retry, RETRY_SECS);
    if first > last {
        let span = raw.last_retry.as_ref().or(raw.first_retry.as_ref()).map(Spanned::span);
        found.add(
            "delivery.last_retry",
            span.unwrap_or(0..0),
            "est plus court que `first_retry` : allongez-le",
            "is shorter than `first_retry`: make it longer",
        );
    }
    Delivery { timeout, attempts, first_retry: first, last_retry: last }
}

/// A time such as `500ms`, `10s`, `5m` or `1h`.
fn duration(
    found: &mut Defects<'_>,
    key: &str,
    raw: &Spanned<String>,
    (min, max): (u64, u64),
) -> Option<Duration> {
    let text = raw.get_ref().trim();
    let number = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = match text.get(number.len()..) {
        Some("ms") => Some(1),
        Some("s") => Some(1_000),
        Some("m") => Some(60_000),
        Some("h") => Some(3_600_000),
        _ => None,
    };
    let millis = number.trim().parse::<u64>().ok().zip(unit).and_then(|(a, b)| a.checked_mul(b));
    // Tests retry at once: what is asked for in milliseconds is not held to the least.
    let least = if unit == Some(1) { 1 } else { min * 1_000 };
    let given = millis.filter(|it| (least..=max * 1_000).contains(it)).map(Duration::from_millis);
    if given.is_none() {
        found.add(
            key,
            raw.span(),
            &format!("`{text}` : donnez un temps comme `10s`, `5m` ou `1h`, de {min} à {max} s"),
            &format!("`{text}`: give a time such as `10s`, `5m` or `1h`, {min} to {max} s"),
        );
    }
    given
}

fn recipient(
    found: &mut Defects<'_>,
    spanned: &Spanned<RawRecipient>,
    folder: &Path,
    names: &mut BTreeSet<String>,
) -> Option<Recipient> {
    let (raw, span) = (spanned.get_ref(), spanned.span());
    let name = required(found, "recipient.name", raw.name.as_ref(), &span);
    let name = name.and_then(|it| name_of(found, it, names));
    let url = required(found, "recipient.url", raw.url.as_ref(), &span);
    let url = url.and_then(|it| url_of(found, it));
    let secrets = required(found, "recipient.secret_file", raw.secret_file.as_ref(), &span);
    let secrets = secrets.and_then(|it| secrets_of(found, it, folder));
    let language = required(found, "recipient.language", raw.language.as_ref(), &span);
    let language = language.and_then(|it| language_of(found, it));
    let since = match &raw.since {
        None => Some(None),
        Some(it) => since_of(found, it).map(Some),
    };
    if raw.when.is_empty() {
        found.add(
            "recipient.when",
            span,
            "manque : sans [[recipient.when]] rien n'est annoncé ; vide, il demande tout",
            "is missing: without a [[recipient.when]] nothing is told; an empty one asks for all",
        );
    }
    let when: Vec<_> = raw.when.iter().map(|it| rule(found, it)).collect();
    Some(Recipient {
        name: name?,
        url: url?,
        secrets: secrets?,
        language: language?,
        since: since?,
        when: when.into_iter().collect::<Option<_>>()?,
    })
}

fn required<'a>(
    found: &mut Defects<'_>,
    key: &str,
    raw: Option<&'a Spanned<String>>,
    span: &Range<usize>,
) -> Option<&'a Spanned<String>> {
    if raw.is_none() {
        found.missing(key, span.clone());
    }
    raw
}

fn name_of(
    found: &mut Defects<'_>,
    raw: &Spanned<String>,
    names: &mut BTreeSet<String>,
) -> Option<String> {
    let name = raw.get_ref();
    let is_valid = (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
    if !is_valid {
        found.add(
            "recipient.name",
            raw.span(),
            &format!("`{name}` : de 1 à {NAME_CHARS_MAX} minuscules, chiffres et traits d'union"),
            &format!("`{name}`: 1 to {NAME_CHARS_MAX} lower-case letters, digits and dashes"),
        );
        return None;
    }
    if !names.insert(name.clone()) {
        found.add(
            "recipient.name",
            raw.span(),
            &format!("`{name}` est déjà pris : donnez à chacun un nom à lui"),
            &format!("`{name}` is taken: give each a name of its own"),
        );
        return None;
    }
    Some(name.clone())
}

fn url_of(found: &mut Defects<'_>, raw: &Spanned<String>) -> Option<Uri> {
    let uri: Option<Uri> = raw.get_ref().parse().ok();
    let allowed = uri.filter(|uri| {
        let host = uri.host().unwrap_or_default();
        let names_user = uri.authority().is_some_and(|it| it.as_str().contains('@'));
        match uri.scheme_str() {
            _ if names_user || host.is_empty() => false,
            Some("https") => true,
            Some("http") => is_loopback(host),
            _ => false,
        }
    });
    // The address itself may hold a token: it is not repeated.
    if allowed.is_none() {
        found.add(
            "recipient.url",
            raw.span(),
            "donnez une adresse https, ou http vers cette machine, sans nom d'utilisateur",
            "give an https address, or an http one to this machine, without a user name",
        );
    }
    allowed
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn secrets_of(found: &mut Defects<'_>, raw: &Spanned<String>, folder: &Path) -> Option<Secrets> {
    match Secrets::read(&folder.join(raw.get_ref())) {
        Ok(secrets) => Some(secrets),
        Err((fr, en)) => {
            found.add("recipient.secret_file", raw.span(), &fr, &en);
            None
        }
    }
}

fn language_of(found: &mut Defects<'_>, raw: &Spanned<String>) -> Option<Lang> {
    match raw.get_ref().as_str() {
        "fr" => Some(Lang::Fr),
        "en" => Some(Lang::En),
        _ => {
            found.add("recipient.language", raw.span(), "donnez `fr` ou `en`", "give `fr` or `en`");
            None
        }
    }
}

fn since_of(found: &mut Defects<'_>, raw: &Spanned<Datetime>) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(&raw.get_ref().to_string());
    if at.is_err() {
        found.add(
            "recipient.since",
            raw.span(),
            "donnez un instant avec son décalage, comme 2026-11-02T08:30:00-05:00",
            "give an instant with its offset, such as 2026-11-02T08:30:00-05:00",
        );
    }
    Some(at.ok()?.to_utc())
}

fn rule(found: &mut Defects<'_>, raw: &RawRule) -> Option<Rule> {
    let kinds = words(found, "recipient.when.kinds", &raw.kinds);
    let units = texts(found, "recipient.when.units", &raw.units);
    let products = texts(found, "recipient.when.products", &raw.products);
    let promises = words(found, "recipient.when.promises", &raw.promises);
    let urgencies = words(found, "recipient.when.urgencies", &raw.urgencies);
    Some(Rule {
        kinds: kinds?,
        units: units?,
        products: products?,
        promises: promises?,
        urgencies: urgencies?,
    })
}

fn words<W: Word>(found: &mut Defects<'_>, key: &str, raw: &[Spanned<String>]) -> Option<Vec<W>> {
    let known = keys::<W>();
    let each = raw.iter().map(|it| {
        let word = it.get_ref().replace('_', "-");
        let word = known.contains(&word).then(|| W::parse(&word)).flatten();
        if word.is_none() {
            let (given, known) = (it.get_ref(), known.join(", "));
            found.add(
                key,
                it.span(),
                &format!("`{given}` n'est pas un de ces mots : {known}"),
                &format!("`{given}` is none of these words: {known}"),
            );
        }
        word
    });
    each.collect::<Vec<_>>().into_iter().collect()
}

fn texts(found: &mut Defects<'_>, key: &str, raw: &[Spanned<String>]) -> Option<Vec<String>> {
    let each = raw.iter().map(|it| {
        let text = it.get_ref().trim();
        if text.is_empty() {
            found.add(key, it.span(), "est vide : nommez-en un", "is empty: name one");
        }
        (!text.is_empty()).then(|| text.to_owned())
    });
    each.collect::<Vec<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_wire::pb::query::v1::BreachKind;

    fn checked(text: &str) -> Result<Config, Vec<(usize, String)>> {
        let folder = tempfile::tempdir().expect("a directory");
        std::fs::write(folder.path().join("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
            .expect("written");
        parse(text, folder.path())
            .map_err(|defects| defects.into_iter().map(|it| (it.line, it.key)).collect())
    }

    #[test]
    fn the_example_is_valid() {
        let example = include_str!("../../../../../deploy/notify.example.toml");
        let folder = tempfile::tempdir().expect("a directory");
        for name in ["ops", "eau"] {
            let file = folder.path().join(format!("{name}.secret"));
            std::fs::write(file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("written");
        }
        let text = example.replace("/etc/beffroi/", "");
        let config = parse(&text, folder.path()).expect("valid");
        assert_eq!(config.recipients.len(), 2);
        assert_eq!(config.recipients[0].when.len(), 2);
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let config = checked(
            "[[recipient]]\nname = \"ops\"\nurl = \"http://127.0.0.1:8080/x\"\n\
             secret_file = \"secret\"\nlanguage = \"en\"\n[[recipient.when]]\n\
             kinds = [\"breach\", \"withdrawal\"]\n",
        )
        .expect("valid");
        assert_eq!(config.delivery, Delivery::default());
        let kinds = [BreachKind::Breach, BreachKind::Withdrawal];
        assert_eq!(config.recipients[0].when[0].kinds, kinds);
    }

    #[test]
    fn everything_wrong_is_told_with_its_line_and_key() {
        let text = "[delivery]\ntimeout = \"10\"\nattempts = 0\n[[recipient]]\nname = \"Ops\"\n\
                    url = \"http://example.org\"\nsecret_file = \"none\"\nlanguage = \"de\"\n\
                    since = 2026-11-02\n[[recipient.when]]\nkinds = [\"breach\", \"warnings\"]\n\
                    units = [\"\"]\n[[recipient]]\nname = \"b\"\n";
        let found = checked(text).expect_err("wrong");
        let expected = [
            (3, "delivery.attempts"),
            (2, "delivery.timeout"),
            (5, "recipient.name"),
            (6, "recipient.url"),
            (7, "recipient.secret_file"),
            (8, "recipient.language"),
            (9, "recipient.since"),
            (11, "recipient.when.kinds"),
            (12, "recipient.when.units"),
            (13, "recipient.url"),
            (13, "recipient.secret_file"),
            (13, "recipient.language"),
            (13, "recipient.when"),
        ];
        assert_eq!(found, expected.map(|(line, key)| (line, key.to_owned())));
    }

    #[test]
    fn an_unknown_key_and_bad_syntax_are_told_with_their_line() {
        let found = checked("[[recipient]]\nnames = \"ops\"\n").expect_err("unknown");
        assert_eq!(found, [(2, "names".to_owned())]);
        assert_eq!(checked("[delivery]\n\ntimeout = \n").expect_err("syntax")[0].0, 3);
        assert_eq!(checked("").expect_err("nobody"), [(1, "recipient".to_owned())]);
    }

    #[test]
    fn only_this_machine_is_told_without_tls() {
        for (url, is_taken) in [
            ("https://example.org/hook", true),
            ("http://localhost:8080/", true),
            ("http://127.0.0.2/", true),
            ("http://[::1]:8080/", true),
            ("http://10.0.0.1/", false),
            ("http://localhost.example.org/", false),
            ("https://user:pass@example.org/", false),
            ("ftp://example.org/", false),
            ("/hook", false),
        ] {
            let mut found = Defects { text: "", list: Vec::new() };
            let spanned = Spanned::new(0..0, url.to_owned());
            assert_eq!(url_of(&mut found, &spanned).is_some(), is_taken, "{url}");
        }
    }
}
