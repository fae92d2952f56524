//! Adding an attachment: what is kept elsewhere, by reference and digest.

use super::{Asked, Standing, event_id, execute, find};
use crate::error::{ApiError, Violation};
use crate::parse::{Fields, Name};
use crate::shared::Shared;
use beffroi_domain::{Attachment, Change, PersonalData, Text};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;

/// A tebibyte.
const BYTES_MAX: u64 = 1 << 40;
const FILE_NAME_MAX: usize = 255;
const REFERENCE_MAX: usize = 2_000;

pub(super) async fn add(
    node: &Shared,
    message: pb::AddAttachmentRequest,
) -> Result<Standing, ApiError> {
    let (name, asked) = parse(node, &message)?;
    let request = find(node, &message.service_request, name)?.request.id;
    execute(node, request, asked).await
}

fn parse(
    node: &Shared,
    message: &pb::AddAttachmentRequest,
) -> Result<(Name, Asked), Vec<Violation>> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "attachment_id", &message.attachment_id);
    let name = fields.name("service_request", &message.service_request);
    let media_type = fields.media_type("media_type", &message.media_type);
    let bytes = fields.positive("size_bytes", message.size_bytes, BYTES_MAX);
    let sha256 = fields.sha256("sha256", &message.sha256);
    let file_name = fields.text("file_name", &message.file_name, FILE_NAME_MAX);
    let reference = fields.required_text("reference", &message.reference, REFERENCE_MAX);
    let note = fields.text("note", &message.note, Text::MAX);
    let channel = vocabulary::channel::from_pb(message.channel);
    let channel = fields.word("channel", message.channel, channel);
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", message.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &message.actor);
    let parsed = (|| {
        let attachment = Attachment { media_type: media_type?, bytes: bytes?, sha256: sha256? };
        let asked = Asked {
            id: id?,
            change: Change::Attach(attachment),
            occurred_at: occurred_at?,
            actor: actor?,
            channel: channel?,
            catalogue_version: 0,
            exchange: None,
            personal: PersonalData {
                text: note?,
                file_name: file_name?,
                reference: Some(reference?),
                ..PersonalData::default()
            },
        };
        Some((name?, asked))
    })();
    fields.finish(parsed)
}
