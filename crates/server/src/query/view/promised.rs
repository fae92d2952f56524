//! What was promised, said to the one who asked.

use super::day;
use crate::language::choose;
use beffroi_domain::{City, Language, Promise, PromiseKind, Request, Status, Timestamp, Verdict};

/// What was promised and is not settled, or how it was: the answer, then the resolution.
pub(super) fn said(
    request: &Request,
    (city, now): (&City, Timestamp),
    language: Language,
) -> Option<String> {
    let of = |kind: PromiseKind| {
        request.promises.iter().find(|it| it.term.kind == kind && it.cycle == request.cycle)
    };
    let answer =
        of(PromiseKind::FirstAnswer).and_then(|it| answer(request, it, (city, now), language));
    let resolution = of(PromiseKind::Resolution);
    let resolution = resolution.and_then(|it| self::resolution(request, it, (city, now), language));
    match (answer, resolution) {
        (Some(answer), Some(resolution)) => Some(format!("{answer} {resolution}")),
        (answer, resolution) => answer.or(resolution),
    }
}

/// An answer that is still to come.
fn answer(
    request: &Request,
    promise: &Promise,
    (city, now): (&City, Timestamp),
    language: Language,
) -> Option<String> {
    if promise.verdict != Verdict::Pending {
        return None;
    }
    let due = day(city, promise.term.due_at);
    let (french, english) = match request.verdict(promise, now) {
        Verdict::Late => (
            format!("Une première réponse était promise pour le {due} : elle est en retard."),
            format!("A first answer was promised by {due}: it is late."),
        ),
        Verdict::Pending | Verdict::Paused | Verdict::OnTime | Verdict::Rescinded => (
            format!("Une première réponse est promise d'ici le {due}."),
            format!("A first answer is promised by {due}."),
        ),
    };
    Some(choose(language, french, english))
}

/// When it is to be resolved, or was.
fn resolution(
    request: &Request,
    promise: &Promise,
    (city, now): (&City, Timestamp),
    language: Language,
) -> Option<String> {
    let due = day(city, promise.term.due_at);
    let (french, english) = match request.verdict(promise, now) {
        Verdict::Pending => {
            (format!("Elle doit être résolue d'ici le {due}."), format!("It is due by {due}."))
        }
        Verdict::Paused => (
            "Le délai est suspendu pendant ce temps.".to_owned(),
            "The promised time is suspended meanwhile.".to_owned(),
        ),
        Verdict::OnTime => (
            format!("Elle l'a été dans le délai promis (le {due})."),
            format!("It was done within the promised time ({due})."),
        ),
        Verdict::Late if request.status == Status::Resolved => (
            format!("Elle l'a été après le délai promis (le {due})."),
            format!("It was done after the promised time ({due})."),
        ),
        Verdict::Late if matches!(request.status, Status::Cancelled | Status::Planned) => (
            format!("Le délai promis (le {due}) était alors passé."),
            format!("The promised time ({due}) had passed by then."),
        ),
        Verdict::Late => (
            format!("Elle devait être résolue le {due} : elle est en retard."),
            format!("It was due by {due}: it is late."),
        ),
        Verdict::Rescinded => return None,
    };
    Some(choose(language, french, english))
}
