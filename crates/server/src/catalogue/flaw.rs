//! What can be wrong with a catalogue, in French. The domain says it in English.

use beffroi_domain::catalogue::limits::BUSINESS_DAYS_MAX;
use beffroi_domain::catalogue::{Flaw, Reference};
use beffroi_domain::{InvalidCode, Language};

/// A flaw in French, for after the place where it is.
pub(crate) fn flaw_in_french(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Missing => "il manque".to_owned(),
        Flaw::MissingTranslation(language) => {
            let language = match language {
                Language::French => "français",
                Language::English => "anglais",
            };
            format!("le texte manque en {language}")
        }
        Flaw::InvalidText(error) => crate::error::text_in_french(error),
        Flaw::InvalidCode(InvalidCode(text)) => format!(
            "`{text}` n'est pas un code : de 1 à 64 minuscules sans accent, chiffres et traits \
             d'union, une lettre d'abord"
        ),
        Flaw::DuplicateCode(code) => format!("le code `{code}` sert déjà"),
        Flaw::Ambiguous { name, other } => {
            format!("`{name}` se lit comme le nom ou le code de `{other}`")
        }
        Flaw::DuplicateAlias { alias, other } => {
            format!("l'alias `{alias}` appartient déjà à `{other}`")
        }
        Flaw::Unknown { what, code } => format!("il n'y a pas {} `{code}`", reference(*what)),
        Flaw::LaterQuestion(code) => format!(
            "`{code}` est posée plus tard : une condition ne nomme qu'une question antérieure"
        ),
        Flaw::ConditionCycle(code) => {
            format!("des conditions tournent en rond : `{code}` attend aussi cette question")
        }
        Flaw::Contradiction => {
            "les conditions se contredisent : la question n'est jamais posée".to_owned()
        }
        Flaw::Unreachable => "la question n'est jamais posée, quoi qu'on réponde avant".to_owned(),
        Flaw::UnreachableOutcome => "aucune réponse n'y mène : un effet antérieur l'emporte, ou \
             sa condition ne peut être remplie"
            .to_owned(),
        Flaw::SwitchCycle(products) => {
            format!("ces produits se renvoient l'un à l'autre : {}", products.join(", "))
        }
        Flaw::ChoicesUnexpected(kind) => {
            format!("une question du genre {} n'a pas de choix", kind.name())
        }
        Flaw::ChoicesMissing => "il n'y a rien à choisir".to_owned(),
        Flaw::RangeUnexpected(kind) => {
            format!("une question du genre {} n'a ni unité, ni minimum, ni maximum", kind.name())
        }
        Flaw::MinAboveMax => "le minimum dépasse le maximum".to_owned(),
        Flaw::TestUnfit(kind) => {
            format!("une réponse du genre {} ne peut être vérifiée ainsi", kind.name())
        }
        Flaw::TestMissing => "la condition ne dit pas ce que doit être la réponse : donnez is, \
             not, at_least ou at_most"
            .to_owned(),
        Flaw::OutcomeEmpty => "l'effet ne change rien".to_owned(),
        Flaw::OutcomeConflict => {
            "une urgence met fin à tout : la même réponse n'a pas d'autre effet".to_owned()
        }
        Flaw::Empty => "le catalogue n'a aucun produit".to_owned(),
        Flaw::TooMany { found, max } => format!("il y en a {found}, le maximum est {max}"),
        Flaw::PrecisionAlone => {
            "une précision a besoin de son produit : donnez aussi `product`".to_owned()
        }
        Flaw::DelayOutOfRange => delay_out_of_range(),
        Flaw::WarningOutOfRange => {
            "avertissez après 1 à 99 % du délai, ou avant qu'il ne finisse".to_owned()
        }
        Flaw::OutOfRange { found, min, max } => {
            format!("vaut {found}, de {min} à {max} admis")
        }
    }
}

fn delay_out_of_range() -> String {
    format!(
        "le délai doit être plus que rien et d'au plus {BUSINESS_DAYS_MAX} jours ouvrables, dix ans \
         ou autant d'heures"
    )
}

fn reference(what: Reference) -> &'static str {
    match what {
        Reference::Unit => "d'unité",
        Reference::Programme => "de programme",
        Reference::Product => "de produit",
        Reference::Precision => "de précision",
        Reference::Question => "de question",
        Reference::Choice => "de choix",
    }
}
