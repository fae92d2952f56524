//! Quarantine, and how the projections of a node stand, for people.

use beffroi_wire::pb::operations::v1 as pb;

use super::{Reader, cell, label, number, one_line, pairs, plain, table};
use crate::view::RetryAnswer;
use crate::words::{self, Lang, event_kind};

/// A table of what is in quarantine.
pub(crate) fn quarantine(events: &[pb::QuarantinedEvent], reader: Reader) -> String {
    if events.is_empty() {
        return words::QUARANTINE_EMPTY.in_lang(reader.lang).to_owned();
    }
    let heading = [
        words::SEQUENCE,
        words::EVENT,
        words::ABOUT,
        words::RECORDED_AT,
        words::REASON,
        words::RELEASED,
    ];
    let mut table = table(heading, reader.lang);
    for it in events {
        let position = it.position.clone().unwrap_or_default();
        let released = it.release.as_ref();
        let released = released.map(|it| reader.minutes(it.released_at.as_ref(), false));
        table.add_row([
            number(position.sequence),
            cell(event_kind(&it.kind, reader.lang)),
            cell(&it.aggregate_id),
            cell(&reader.minutes(position.recorded_at.as_ref(), false)),
            cell(&reason(it, reader.lang)),
            cell(&released.unwrap_or_default()),
        ]);
    }
    table.to_string()
}

fn reason(it: &pb::QuarantinedEvent, lang: Lang) -> String {
    match (it.waits_for, lang) {
        (0, _) => one_line(&it.reason),
        (first, Lang::Fr) => format!("attend {first}"),
        (first, Lang::En) => format!("waits for {first}"),
    }
}

/// A card of one event in quarantine.
pub(crate) fn quarantined(it: &pb::QuarantinedEvent, waiting: &[u64], reader: Reader) -> String {
    let position = it.position.clone().unwrap_or_default();
    let release = it.release.clone().unwrap_or_default();
    let waiting: Vec<_> = waiting.iter().map(ToString::to_string).collect();
    let rows = [
        (words::SEQUENCE, position.sequence.to_string()),
        (words::EVENT, event_kind(&it.kind, reader.lang).to_owned()),
        (words::ABOUT, it.aggregate_id.clone()),
        (words::SUBJECT, plain(&it.subject)),
        (words::RECORDED_AT, reader.minutes(position.recorded_at.as_ref(), false)),
        (words::REASON, reason(it, reader.lang)),
        (words::SET_ASIDE_BY, it.set_aside_by.clone()),
        (words::SIZE, it.size_bytes.to_string()),
        (words::WAITING, waiting.join(", ")),
        (words::RELEASED, reader.minutes(release.released_at.as_ref(), false)),
        (words::WHY_RELEASED, plain(&release.why)),
        (words::ACTOR, plain(&release.actor)),
    ];
    pairs(rows, reader.lang).to_string()
}

/// What became of what was in quarantine.
pub(crate) fn retried(it: &RetryAnswer, lang: Lang) -> String {
    let before = it.held_before;
    match (it.held, lang) {
        (None, Lang::Fr) => "le journal est relu à côté : voyez `beffroi projections`".to_owned(),
        (None, Lang::En) => "the log is folded anew, beside: see `beffroi projections`".to_owned(),
        (Some(held), Lang::Fr) => {
            format!("événements en quarantaine : {before} avant, {held} maintenant")
        }
        (Some(held), Lang::En) => format!("events in quarantine: {before} before, {held} now"),
    }
}

/// A card of how the projections of a node stand.
pub(crate) fn projections(it: &pb::GetProjectionsResponse, reader: Reader) -> String {
    let lang = reader.lang;
    let fold = it.fold.as_ref().map(|fold| progress(fold, lang)).unwrap_or_default();
    let cause = it.fold.as_ref().map(|it| label::<pb::FoldCause>(it.cause, lang).to_owned());
    let sequence = it.position.as_ref().map(|it| it.sequence).unwrap_or_default();
    let rows = [
        (words::RELEASE, it.release.clone()),
        (words::SEQUENCE, sequence.to_string()),
        (words::IN_QUARANTINE, it.quarantined_total.to_string()),
        (words::FOLDED_ANEW, fold),
        (words::WHY_FOLDED, cause.unwrap_or_default()),
    ];
    pairs(rows, lang).to_string()
}

fn progress(it: &pb::Fold, lang: Lang) -> String {
    let percent = (it.done * 100).checked_div(it.total).unwrap_or(100);
    let left = it.left.as_ref().map(|it| match (it.seconds, lang) {
        (secs @ ..120, Lang::Fr) => format!(", encore {secs} s"),
        (secs @ ..120, Lang::En) => format!(", {secs} s left"),
        (secs, Lang::Fr) => format!(", encore {} min", secs / 60),
        (secs, Lang::En) => format!(", {} min left", secs / 60),
    });
    format!("{} / {} ({percent} %){}", it.done, it.total, left.unwrap_or_default())
}
