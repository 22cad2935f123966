//! What callers see of a version: found once per role and municipality, and kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use terning_engine::query::{View, role};

use super::Version;
use crate::access::Caller;

/// The different eyes whose views are kept: every municipality and every role, and some more.
const KEPT: usize = 256;

/// Views by whose eyes they are, the newest first.
#[derive(Default)]
pub struct Views {
    kept: Mutex<VecDeque<(Caller, Arc<[View]>)>>,
    /// Held while they are found: whoever asks for the same then has them.
    finding: Mutex<()>,
}

impl Version {
    /// What a caller may see, where that has been found before: without work, and without waiting
    /// for whoever finds what another may see.
    #[must_use]
    pub fn known_views(&self, caller: &Caller) -> Option<Arc<[View]>> {
        self.views.find(caller)
    }

    /// What a caller may see: a view of every cube that exists for them. `None` where the version
    /// does not know the caller's role, or what is to be hidden, and so cannot tell what it sees.
    #[must_use]
    pub fn views(&self, caller: &Caller) -> Option<Arc<[View]>> {
        if let Some(kept) = self.known_views(caller) {
            return Some(kept);
        }
        let _finding = self.views.finding.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = self.known_views(caller) {
            return Some(kept);
        }
        if !self.protection.is_known(&self.manifest) {
            return None;
        }
        let views: Vec<View> = match caller {
            Caller::Local => {
                self.cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
            }
            Caller::Bearer { role, parameter } => {
                let role = self.manifest.roles.iter().find(|known| known.name == *role)?;
                // A municipality is said where the role is one's, and nowhere else.
                if role.parameter.is_some() == parameter.is_empty() {
                    return None;
                }
                role::views(&self.cubes, role, parameter)
            }
        };
        let hide = |view: View| self.protection.on(&self.manifest, view);
        let views: Arc<[View]> = views.into_iter().map(hide).collect();
        self.views.keep(caller, &views);
        Some(views)
    }
}

impl Views {
    fn find(&self, caller: &Caller) -> Option<Arc<[View]>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(own, _)| own == caller).map(|(_, views)| Arc::clone(views))
    }

    fn keep(&self, caller: &Caller, views: &Arc<[View]>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((caller.clone(), Arc::clone(views)));
        kept.truncate(KEPT);
    }
}
