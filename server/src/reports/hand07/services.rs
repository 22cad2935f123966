//! What services are called in a version.

use std::path::Path;

use cube_schema::domains::vh::hand07::{Tekster, kendte_tekster, tekster};
use terning_engine::delivery::Store;

use super::super::ReportFault;
use crate::rebuild::replaced;
use crate::versions::{Manifest, RawStore, raw_files};

/// The list of services below the deliveries folder.
const LIST: &str = "reference/kodelister/ydelser.csv";

/// What the list of services of a version calls them: the delivered one where it has replaced the
/// compiled one.
///
/// # Errors
/// The version was made from a list that is not kept any more.
pub fn services(data: &Path, manifest: &Manifest) -> Result<Tekster, ReportFault> {
    if !replaced(manifest).iter().any(|list| list == LIST) {
        return Ok(kendte_tekster());
    }
    let read = raw_files(manifest).ok().and_then(|all| RawStore::new(data, &all).read(LIST).ok());
    let list = read.ok_or_else(|| {
        ReportFault::Given(format!(
            "versionens {LIST} er ikke gemt i datamappen længere; genopbyg versionen"
        ))
    })?;
    Ok(tekster(&list))
}
