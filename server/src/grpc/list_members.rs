//! Lists the members of a field, page by page.

use terning_engine::cube::Dimension;
use terning_engine::cube::dimension::fold;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::names::Names;
use terning_engine::query::{Cancel, View};
use terning_proto::v1;
use tonic::{Code, Status};

use super::call::{Call, Sight};
use super::{Api, convert, status};

/// Members of a page whose size is not given.
const PAGE: usize = 1000;
/// Members that are looked at between two looks at whether somebody still waits.
const CHECKED: usize = 1 << 14;
/// Members of the largest page: below the 4 MiB that clients accept by default.
const LARGEST_PAGE: usize = 10_000;

impl Api {
    pub(super) async fn answer_list_members(
        &self,
        call: Call<v1::ListMembersRequest>,
    ) -> Result<v1::ListMembersResponse, Status> {
        let Call { caller, deadline, message: request } = call;
        let sight = self.sight(&caller, deadline, &request.version).await?;
        let job = move |cancel: &Cancel| members(&sight, &request, cancel);
        self.work.whole(&caller, deadline, job).await
    }
}

/// A page of members, and whether there are more.
fn members(
    sight: &Sight,
    request: &v1::ListMembersRequest,
    cancel: &Cancel,
) -> Result<v1::ListMembersResponse, Status> {
    let view = sight.find_cube(&request.cube)?;
    let (dimension, field) = find_field(view, &request.dimension, &request.field)?;
    tell(sight, view, (dimension, field));
    let start = page_start(&request.page_token)?;
    let size = match request.page_size as usize {
        0 => PAGE,
        size => size.min(LARGEST_PAGE),
    };
    let hierarchy = HierarchyRef::Of { dimension, hierarchy: field };
    let begins = beginning(view, dimension, field, &request.prefix);
    let (mut page, mut before, mut more) = (Vec::new(), 0, false);
    for (at, id) in view.members(dimension, field).enumerate() {
        if at % CHECKED == 0 {
            cancel.check().map_err(status::of_query)?;
        }
        match begins(&id) {
            false => {}
            true if before < start => before += 1,
            true if page.len() < size => page.push(id),
            true => {
                more = true;
                break;
            }
        }
    }
    if view.cube().dimensions[dimension].fields[field].personal {
        let keys = &view.cube().dimensions[dimension].fields[field].keys;
        sight.visit.shows(page.iter().map(|&id| keys.get(id as usize)));
    }
    sight.visit.note(|entry| entry.rows = Some(page.len() as u64));
    let next = start + page.len();
    let (cube, names) = (view.cube(), Names::from(view.cube()));
    let named = |&id: &u32| convert::member(cube, names, hierarchy, Member::Of { field, id });
    Ok(v1::ListMembersResponse {
        members: page.iter().map(named).collect(),
        next_page_token: if more { next.to_string() } else { String::new() },
    })
}

/// Tells the access log which members are listed.
fn tell(sight: &Sight, view: &View, (dimension, field): (usize, usize)) {
    let of = &view.cube().dimensions[dimension];
    let is_personal = of.fields[field].personal;
    sight.tell_asked(|question| question.of = format!("{}.{}", of.name, of.fields[field].name));
    sight.visit.note(|entry| {
        entry.cube.clone_from(&view.cube().name);
        entry.personal = is_personal;
    });
}

/// Whether the caption or the key of a member begins with what is asked for.
fn beginning(view: &View, dimension: usize, field: usize, prefix: &str) -> impl Fn(&u32) -> bool {
    let field = &view.cube().dimensions[dimension].fields[field];
    let prefix = fold(prefix);
    move |&id| {
        let id = id as usize;
        let begins = |name: &str| fold(name).starts_with(&prefix);
        prefix.is_empty() || begins(field.captions.get(id)) || begins(field.keys.get(id))
    }
}

/// A page begins behind as many members, of those that the caller has, as the token says.
fn page_start(token: &str) -> Result<usize, Status> {
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
    let Some(at) = view.find_dimension(dimension) else {
        let known = view.dimensions().map(|(_, one)| one.name.clone()).collect();
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
