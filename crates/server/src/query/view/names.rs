//! What people call things, in the language of a call, where that is not what was recorded.

use super::View;
use crate::error::ApiError;
use crate::programme::words::words;
use beffroi_aggregator::BreachRow;
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{CatalogueEntry, Code, Label, Language};
use beffroi_wire::pb::query::v1 as pb;

/// Something that the catalogue may have a name for.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::query) struct Recorded<'a> {
    /// The product and the precision.
    pub entry: Option<&'a CatalogueEntry>,
    /// The unit, in the words of some version.
    pub unit: Option<&'a Label>,
    /// The programme.
    pub programme: Option<&'a Code>,
}

impl View<'_> {
    /// The names of the product and the unit of a fact, in the version under which its request was
    /// recorded.
    pub(in crate::query) fn names_of_fact(
        &self,
        row: &BreachRow,
    ) -> Result<Option<pb::Names>, ApiError> {
        if self.language == Language::French {
            // Recorded in French: the request need not be looked for.
            return Ok(None);
        }
        let Some(found) = self.snapshot.request(row.request)? else { return Ok(None) };
        let request = &found.request;
        // It may be about another product since.
        let entry = request.entry.as_ref().filter(|_| request.product.as_str() == row.product);
        let entry = entry.map(|it| CatalogueEntry { precision: None, ..it.clone() });
        let unit: Option<Label> = row.unit.as_ref().and_then(|it| it.parse().ok());
        let recorded =
            Recorded { entry: entry.as_ref(), unit: unit.as_ref(), ..Recorded::default() };
        self.names(request.catalogue_version, recorded)
    }

    /// The names in a version of the catalogue; 0: in the one in force. `None`: there are no others
    /// than those recorded.
    pub(in crate::query) fn names(
        &self,
        version: u64,
        recorded: Recorded<'_>,
    ) -> Result<Option<pb::Names>, ApiError> {
        let mut names = pb::Names::default();
        if let Some(programme) = recorded.programme {
            let of = (programme, version);
            names.programme = words(self.catalogues, self.snapshot, of, self.language)?.name;
        }
        let found = match (self.language, version) {
            // Recorded in French.
            (Language::French, _) => None,
            (Language::English, 0) => self.catalogues.in_force(self.snapshot)?,
            (Language::English, version) => self.catalogues.version(self.snapshot, version)?,
        };
        if let Some(found) = found {
            let in_words = |name: &Bilingual<Label>| name.get(self.language).to_string();
            let catalogue = &found.catalogue;
            let product = recorded.entry.and_then(|it| catalogue.product(&it.product));
            let precision = recorded.entry.and_then(|it| it.precision.as_ref());
            let precision = product.zip(precision).and_then(|(of, code)| of.precision(code));
            let unit = |unit: &Label| catalogue.units().find(|it| it.name.french == *unit);
            names.product = product.map(|it| in_words(&it.name)).unwrap_or_default();
            names.precision = precision.map(|it| in_words(&it.name)).unwrap_or_default();
            let unit = recorded.unit.and_then(unit);
            names.unit = unit.map(|it| in_words(&it.name)).unwrap_or_default();
        }
        Ok((names != pb::Names::default()).then_some(names))
    }
}
