//! How many requests and contacts, for people: the most frequent first.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;
use comfy_table::{Cell, Table};

use super::{cell, label, number, table};
use crate::cli::VolumeKey;
use crate::view::{RequestRow, VolumesAnswer};
use crate::words::{self, Lang};

/// A table of requests by the keys asked for, and one of contacts.
pub(crate) fn volumes(answer: &VolumesAnswer, by: &[VolumeKey], lang: Lang) -> String {
    let requests = requests(answer, by, lang);
    let contacts = contacts(answer, lang);
    let (requests_name, contacts_name) =
        (words::REQUESTS.in_lang(lang), words::CONTACTS.in_lang(lang));
    format!(
        "{requests_name} ({})\n{requests}\n\n{contacts_name} ({})\n{contacts}",
        answer.requests_total, answer.contacts_total
    )
}

fn requests(answer: &VolumesAnswer, by: &[VolumeKey], lang: Lang) -> Table {
    let mut table = table(by.iter().map(|key| heading(*key)).chain([words::COUNT]), lang);
    let mut rows = answer.requests.clone();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    for row in &rows {
        let cells = by.iter().map(|key| value(row, *key, lang));
        table.add_row(cells.chain([number(row.count)]));
    }
    table
}

fn heading(key: VolumeKey) -> words::Text {
    match key {
        VolumeKey::Channel => words::CHANNEL,
        VolumeKey::Product => words::PRODUCT,
        VolumeKey::Status => words::STATUS,
    }
}

fn value(row: &RequestRow, key: VolumeKey, lang: Lang) -> Cell {
    match key {
        VolumeKey::Channel => cell(label::<event::Channel>(row.numbers.0, lang)),
        VolumeKey::Product => cell(row.product.as_deref().unwrap_or_default()),
        VolumeKey::Status => cell(label::<pb::Status>(row.numbers.1, lang)),
    }
}

fn contacts(answer: &VolumesAnswer, lang: Lang) -> Table {
    let mut table = table([words::CHANNEL, words::OUTCOME, words::COUNT], lang);
    for row in &answer.contacts {
        table.add_row([
            cell(label::<event::Channel>(row.numbers.0, lang)),
            cell(label::<event::ContactOutcome>(row.numbers.1, lang)),
            number(row.count),
        ]);
    }
    table
}
