//! How many requests and contacts.

use std::collections::BTreeMap;

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::{PositionView, key_or_unknown};
use crate::cli::VolumeKey;

/// Figures.
#[derive(Debug, Serialize)]
pub(crate) struct VolumesAnswer {
    /// Requests by the keys that were asked for.
    pub requests: Vec<RequestRow>,
    /// All requests.
    pub requests_total: u64,
    /// Contacts by channel and outcome.
    pub contacts: Vec<ContactRow>,
    /// All contacts.
    pub contacts_total: u64,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// How many requests.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RequestRow {
    /// The channel, when counted by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The product, when counted by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The status, when counted by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How many.
    pub count: u64,
    /// The channel and the status as in the protocol, for their labels.
    #[serde(skip)]
    pub numbers: (i32, i32),
}

/// How many contacts.
#[derive(Debug, Serialize)]
pub(crate) struct ContactRow {
    /// The channel.
    pub channel: String,
    /// What they came to.
    pub outcome: String,
    /// How many.
    pub count: u64,
    /// The channel and the outcome as in the protocol, for their labels.
    #[serde(skip)]
    pub numbers: (i32, i32),
}

impl VolumesAnswer {
    /// Adds up what the server answered by the keys asked for.
    pub(crate) fn new(answer: pb::GetVolumesResponse, by: &[VolumeKey]) -> Self {
        let requests = grouped(answer.requests, by);
        let contacts: Vec<_> = answer.contacts.into_iter().map(ContactRow::from).collect();
        Self {
            requests_total: requests.iter().map(|row| row.count).sum(),
            requests,
            contacts_total: contacts.iter().map(|row| row.count).sum(),
            contacts,
            position: answer.position.map(Into::into),
        }
    }
}

/// Rows sorted by channel, product and status, in the order of the protocol.
fn grouped(volumes: Vec<pb::RequestVolume>, by: &[VolumeKey]) -> Vec<RequestRow> {
    let mut counts = BTreeMap::<_, u64>::new();
    for volume in volumes {
        let key = (
            by.contains(&VolumeKey::Channel).then_some(volume.channel),
            by.contains(&VolumeKey::Product).then_some(volume.product),
            by.contains(&VolumeKey::Status).then_some(volume.status),
        );
        *counts.entry(key).or_default() += volume.count;
    }
    let rows = counts.into_iter().map(|((channel, product, status), count)| RequestRow {
        channel: channel.map(key_or_unknown::<event::Channel>),
        product,
        status: status.map(key_or_unknown::<pb::Status>),
        count,
        numbers: (channel.unwrap_or_default(), status.unwrap_or_default()),
    });
    rows.collect()
}

impl From<pb::ContactVolume> for ContactRow {
    fn from(volume: pb::ContactVolume) -> Self {
        Self {
            channel: key_or_unknown::<event::Channel>(volume.channel),
            outcome: key_or_unknown::<event::ContactOutcome>(volume.outcome),
            count: volume.count,
            numbers: (volume.channel, volume.outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volumes() -> pb::GetVolumesResponse {
        let row =
            |channel: event::Channel, product: &str, status: pb::Status, count| pb::RequestVolume {
                channel: channel.into(),
                product: product.to_owned(),
                status: status.into(),
                count,
            };
        pb::GetVolumesResponse {
            requests: vec![
                row(event::Channel::Telephone, "Arbres", pb::Status::Open, 2),
                row(event::Channel::Telephone, "Eau", pb::Status::Open, 3),
                row(event::Channel::App, "Arbres", pb::Status::Resolved, 5),
            ],
            contacts: vec![pb::ContactVolume {
                channel: event::Channel::Telephone.into(),
                outcome: event::ContactOutcome::Informed.into(),
                count: 80,
            }],
            position: None,
        }
    }

    #[test]
    fn all_keys_give_all_rows() {
        let keys = [VolumeKey::Channel, VolumeKey::Product, VolumeKey::Status];
        let answer = VolumesAnswer::new(volumes(), &keys);
        assert_eq!(answer.requests.len(), 3);
        assert_eq!(answer.requests_total, 10);
    }

    #[test]
    fn rows_are_added_up_by_the_keys_asked_for() {
        let answer = VolumesAnswer::new(volumes(), &[VolumeKey::Product]);
        assert_eq!(
            serde_json::to_string(&answer).expect("json"),
            r#"{"requests":[{"product":"Arbres","count":7},{"product":"Eau","count":3}],"#
                .to_owned()
                + r#""requests_total":10,"contacts":[{"channel":"telephone","#
                + r#""outcome":"informed","count":80}],"contacts_total":80}"#
        );
    }
}
