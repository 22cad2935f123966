//! The server as the shell asks it: each call waits for its answer, and names are asked for once.

use std::rc::Rc;

use terning_proto::v1::ListMembersRequest;
use tokio::runtime::{Builder, Runtime};

use super::complete::{OFFERED, bracketed};
use super::names::{Names, Sought};
use crate::args::Common;
use crate::client::Client;
use crate::error::Error;

/// A connection of a shell.
#[derive(Clone)]
pub(super) struct Server {
    runtime: Rc<Runtime>,
    client: Client,
}

impl Server {
    /// Connects to the server of a command line.
    pub fn connect(common: &Common) -> Result<Server, Error> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(Client::connect(common))?;
        Ok(Server { runtime: Rc::new(runtime), client })
    }

    /// Waits for a call.
    pub fn run<T>(
        &mut self,
        call: impl AsyncFnOnce(&mut Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.runtime.block_on(call(&mut self.client))
    }

    /// The names that can be completed.
    pub fn names(&mut self) -> Result<Names, Error> {
        self.run(async |client| {
            let mut names = Names::default();
            for cube in client.cubes().await?.cubes {
                names.cubes.push(client.describe(cube.name).await?.into());
            }
            for function in client.functions(String::new()).await? {
                let of_form = if function.is_step { &mut names.steps } else { &mut names.calls };
                if !of_form.contains(&function.name) {
                    of_form.push(function.name);
                }
            }
            Ok(names)
        })
    }

    /// The first members of a field that begin so: each by its caption and by its key.
    pub fn members(&mut self, sought: &Sought<'_>) -> Result<Vec<String>, Error> {
        let request = ListMembersRequest {
            cube: sought.cube.to_owned(),
            dimension: sought.dimension.to_owned(),
            field: sought.field.to_owned(),
            prefix: sought.prefix.to_owned(),
            page_size: OFFERED as u32,
            ..ListMembersRequest::default()
        };
        let members = self.run(async |client| client.members(request).await)?;
        let named = members.into_iter().flat_map(|member| {
            let key = member.unique_name.rfind("&[").map(|at| member.unique_name[at..].to_owned());
            [Some(bracketed(&member.caption)), key]
        });
        Ok(named.flatten().collect())
    }
}
