//! Disclosure control (A3) as the operator has set it.

use terning_engine::query::View;
use terning_engine::query::disclose::Rules;

use super::Manifest;

/// Whether small counts are hidden, of every caller. Which, is said by the schema that a version was made
/// with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// Whether they are.
    pub is_on: bool,
    /// A question whose conditions select fewer than so many is refused; 0 refuses none.
    pub minimum_set: u32,
}

impl Protection {
    /// Whether a version tells what is to be hidden of it: one of an earlier program does not.
    pub(super) fn is_known(self, manifest: &Manifest) -> bool {
        !self.is_on || manifest.disclosure.is_some()
    }

    /// A view with what is hidden of its cube.
    pub(super) fn on(self, manifest: &Manifest, view: View) -> View {
        let of_cubes = manifest.disclosure.as_ref().filter(|_| self.is_on);
        let own = of_cubes.and_then(|all| all.get(&view.cube().name));
        match own.map(|own| Rules::new(view.cube(), own, self.minimum_set)) {
            Some(rules) => view.disclosed(rules),
            None => view,
        }
    }
}
