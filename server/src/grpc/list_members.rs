//! Lists the members of a field, page by page.

use terning_engine::cube::Dimension;
use terning_engine::query::View;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::names::Names;
use terning_proto::v1;
use tonic::{Code, Status};

use super::describe_cube::find_cube;
use super::{Api, convert, status};

/// Members of a page whose size is not given.
const PAGE: usize = 1000;
/// Members of the largest page: below the 4 MiB that clients accept by default.
const LARGEST_PAGE: usize = 10_000;

impl Api {
    pub(super) async fn answer_list_members(
        &self,
        request: v1::ListMembersRequest,
    ) -> Result<v1::ListMembersResponse, Status> {
        let version = self.version(&request.version).await?;
        let view = find_cube(&version, &request.cube)?;
        let (dimension, field) = find_field(&view, &request.dimension, &request.field)?;
        let start = page_start(&request.page_token)?;
        let size = match request.page_size as usize {
            0 => PAGE,
            size => size.min(LARGEST_PAGE),
        };
        let hierarchy = HierarchyRef::Of { dimension, hierarchy: field };
        let count = view.cube().dimensions[dimension].fields[field].len() as u32;
        let mut seen = (start..count).filter(|&id| view.has_member(dimension, field, id));
        let page: Vec<u32> = seen.by_ref().take(size).collect();
        let (cube, names) = (view.cube(), Names::from(view.cube()));
        let named = |&id: &u32| convert::member(cube, names, hierarchy, Member::Of { field, id });
        Ok(v1::ListMembersResponse {
            members: page.iter().map(named).collect(),
            next_page_token: seen.next().map(|next| next.to_string()).unwrap_or_default(),
        })
    }
}

/// A page begins with the member whose number the token is.
fn page_start(token: &str) -> Result<u32, Status> {
    if token.is_empty() {
        return Ok(0);
    }
    token.parse().map_err(|_| {
        let message = "page_token er ikke fra svaret på siden før";
        status::plain(Code::InvalidArgument, "PAGE_TOKEN", message, "begynd uden page_token")
    })
}

fn find_field(view: &View, dimension: &str, field: &str) -> Result<(usize, usize), Status> {
    let cube = view.cube();
    let Some(at) = cube.find_dimension(dimension) else {
        let known = cube.dimensions.iter().map(|one| one.name.clone()).collect();
        let message = format!("dimensionen '{dimension}' findes ikke i kuben '{}'", cube.name);
        return Err(status::unknown(message, known));
    };
    let found: &Dimension = &cube.dimensions[at];
    let Some(field_at) = found.find_field(field) else {
        let known = found.fields.iter().map(|one| one.name.clone()).collect();
        let message = format!("feltet '{field}' findes ikke i dimensionen '{}'", found.name);
        return Err(status::unknown(message, known));
    };
    Ok((at, field_at))
}
