//! Lists the functions of MDX, from the engine's catalogue.

use terning_engine::query::bind::nearest;
use terning_engine::query::{Described, catalogue};
use terning_proto::v1;
use tonic::Status;

use super::call::Call;
use super::{Api, status};

impl Api {
    pub(super) fn answer_list_functions(
        call: &Call<v1::ListFunctionsRequest>,
    ) -> Result<v1::ListFunctionsResponse, Status> {
        let (all, name) = (catalogue(), call.message.name.trim_matches(['.', ' ']));
        let is_asked = |one: &&Described| name.is_empty() || one.name.eq_ignore_ascii_case(name);
        let functions: Vec<_> = all.iter().filter(is_asked).map(function_info).collect();
        if functions.is_empty() {
            let known = nearest(name, all.iter().map(|one| one.name));
            return Err(status::unknown(format!("funktionen '{name}' findes ikke"), known));
        }
        Ok(v1::ListFunctionsResponse { functions })
    }
}

fn function_info(one: &Described) -> v1::FunctionInfo {
    v1::FunctionInfo {
        family: one.family.to_owned(),
        name: one.name.to_owned(),
        is_step: one.is_step,
        signature: if one.is_step {
            format!("….{}", one.name)
        } else {
            format!("{}(…)", one.name)
        },
        meaning: one.meaning.to_owned(),
        example: one.example.to_owned(),
    }
}
