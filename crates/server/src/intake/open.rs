//! Opening a request.

use super::exchange::Exchange;
use super::{Asked, Standing, event_id, execute};
use crate::error::{ApiError, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_domain::{Change, Open, PersonalData, RequestId, Text, Urgency};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;

const ADDRESS_MAX: usize = 500;
const NAME_MAX: usize = 200;
const TELEPHONE_MAX: usize = 50;
const EMAIL_MAX: usize = 320;

pub(super) async fn open(
    node: &Shared,
    message: pb::OpenServiceRequestRequest,
) -> Result<Standing, ApiError> {
    let (id, asked) = parse(node, &message)?;
    execute(node, id, asked).await
}

fn parse(
    node: &Shared,
    message: &pb::OpenServiceRequestRequest,
) -> Result<(RequestId, Asked), Vec<Violation>> {
    let mut fields = Fields::default();
    let request: Option<RequestId> = fields.id("request_id", &message.request_id);
    let id = request.and_then(|_| event_id(&mut fields, "request_id", &message.request_id));
    let citizen = fields.citizen("citizen_id", &message.citizen_id);
    let product = fields.label("product", &message.product);
    let precision = fields.optional_label("precision", &message.precision);
    let nature =
        fields.known("nature", message.nature, vocabulary::nature::from_pb(message.nature));
    let channel =
        fields.known("channel", message.channel, vocabulary::channel::from_pb(message.channel));
    let language = vocabulary::language::from_pb(message.language);
    let language = fields.word("language", message.language, language);
    let place = fields.place("place", message.place.as_ref());
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", message.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &message.actor);
    let personal = personal(&mut fields, message);
    let exchange = Exchange::parse(&mut fields, id, message.exchange.as_ref());
    let parsed = (|| {
        let open = Open {
            citizen: citizen?,
            product: product?,
            precision: precision?,
            nature: nature?,
            urgency: Urgency::default(),
            entry: None,
            programme: None,
            screened: false,
            channel: channel?,
            language: language?,
            other_channels: Vec::new(),
            unit: None,
            place: place?,
            source: None,
            promised_by: None,
        };
        let asked = Asked {
            id: id?,
            occurred_at: occurred_at?,
            actor: actor?,
            channel: open.channel,
            personal: personal?,
            exchange: exchange?,
            change: Change::Open(Box::new(open)),
        };
        Some((request?, asked))
    })();
    fields.finish(parsed)
}

fn personal(fields: &mut Fields, message: &pb::OpenServiceRequestRequest) -> Option<PersonalData> {
    let details = message.contact_details.clone().unwrap_or_default();
    let text = fields.text("description", &message.description, Text::MAX);
    let name = fields.text("contact_details.name", &details.name, NAME_MAX);
    let telephone = fields.text("contact_details.telephone", &details.telephone, TELEPHONE_MAX);
    let email = fields.text("contact_details.email", &details.email, EMAIL_MAX);
    let address = fields.text("address", &message.address, ADDRESS_MAX);
    Some(PersonalData {
        text: text?,
        name: name?,
        telephone: telephone?,
        email: email?,
        address: address?,
        ..PersonalData::default()
    })
}
