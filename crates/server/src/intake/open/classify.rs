//! What a request is about: in the catalogue's terms where one is published, else in free text.

use crate::catalogue::{CatalogueProblem, InForce, asked_product, given_answers, wrong_answers};
use crate::error::{ApiError, Problem};
use crate::parse::Fields;
use beffroi_domain::catalogue::{self, Answered, Ending};
use beffroi_domain::{
    CatalogueEntry, Channel, Code, Emergency, Label, Language, Nature, Promised, Urgency,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;

/// What a request is about.
pub(super) struct Class {
    pub product: Label,
    pub precision: Option<Label>,
    pub nature: Nature,
    pub urgency: Urgency,
    pub unit: Option<Label>,
    pub entry: Option<CatalogueEntry>,
    pub programme: Option<Code>,
    pub answers: Vec<Answered>,
    /// The answers end in the instruction to call 9-1-1.
    pub emergency: Option<Emergency>,
    /// The version of the catalogue, 0 where none is published.
    pub version: u64,
}

/// In free text, where no catalogue is published.
pub(super) fn unclassified(
    fields: &mut Fields,
    message: &pb::OpenServiceRequestRequest,
    known: bool,
) -> Option<Class> {
    if !message.answers.is_empty() && !known {
        fields.wrong("answers", Problem::Catalogue(CatalogueProblem::NoCatalogue));
    }
    let product = fields.label("product", &message.product);
    let precision = fields.optional_label("precision", &message.precision);
    let nature = vocabulary::nature::from_pb(message.nature);
    let nature = if known { nature } else { fields.known("nature", message.nature, nature) };
    Some(Class {
        product: product?,
        precision: precision?,
        nature: nature?,
        urgency: Urgency::default(),
        unit: None,
        entry: None,
        programme: None,
        answers: Vec::new(),
        emergency: None,
        version: 0,
    })
}

/// By the catalogue, with the answers to the product's questions.
pub(super) fn classify(
    fields: &mut Fields,
    in_force: &InForce,
    message: &pb::OpenServiceRequestRequest,
    language: Language,
) -> Result<Option<Class>, ApiError> {
    let catalogue = &in_force.catalogue;
    let named = (message.product.as_str(), message.precision.as_str());
    let class = asked_product(fields, catalogue, named, language);
    let given = given_answers(fields, &message.answers);
    let nature = vocabulary::nature::from_pb(message.nature);
    let nature = match message.nature {
        0 => Some(None),
        number => fields.word("nature", number, nature).map(Some),
    };
    let (Some(class), Some(given), Some(nature)) = (class, given, nature) else {
        return Ok(None);
    };
    let walk = catalogue.walk(class, &given);
    let emergency = match walk.ending {
        Ending::Emergency(emergency) => Some(emergency),
        Ending::Incomplete | Ending::Complete | Ending::Informed(_) => None,
    };
    // Whoever needs 9-1-1 is not kept with questions.
    let declared = vocabulary::emergency::from_pb(message.emergency).flatten();
    let refused = emergency.is_some() || declared.is_some();
    let wrong = if message.unasked { walk.problems.clone() } else { walk.defects() };
    if !wrong.is_empty() && !refused {
        for violation in wrong_answers(wrong) {
            fields.add(violation);
        }
        return Ok(None);
    }
    if let Ending::Informed(answer) = walk.ending
        && !refused
    {
        return Err(ApiError::Informed(answer.get(language).as_str().to_owned()));
    }
    let mut answers = walk.answered();
    // The log keeps those that can name a person apart, hence last.
    answers.sort_by_key(|it| it.answer.is_personal());
    let asked = catalogue::Asked {
        channel: vocabulary::channel::from_pb(message.channel).unwrap_or(Channel::Unknown),
        nature: nature.unwrap_or_else(|| walk.class.nature()),
        urgency: walk.urgency,
    };
    let promised = catalogue.promised(walk.class, asked);
    Ok(Some(Class {
        answers,
        emergency,
        version: in_force.version,
        ..described(walk.class, asked, promised)
    }))
}

fn described(
    class: catalogue::Class<'_>,
    asked: catalogue::Asked,
    promised: Vec<Promised>,
) -> Class {
    Class {
        product: class.product.name.french.clone(),
        precision: class.precision.map(|it| it.name.french.clone()),
        nature: asked.nature,
        urgency: asked.urgency,
        unit: Some(class.unit().name.french.clone()),
        entry: Some(entry(class, promised)),
        programme: class.programme().map(|it| it.code.clone()),
        answers: Vec::new(),
        emergency: None,
        version: 0,
    }
}

/// The place of a product in the catalogue, with what it promises.
pub(in crate::intake) fn entry(
    class: catalogue::Class<'_>,
    promised: Vec<Promised>,
) -> CatalogueEntry {
    CatalogueEntry {
        product: class.product.code.clone(),
        precision: class.precision.map(|it| it.code.clone()),
        promised,
        reopen_within_days: class.product.reopen_within_days,
    }
}
