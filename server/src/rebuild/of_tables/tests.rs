//! Lives of versions of a small shop's tables.

use super::super::rebuild_again;
use super::*;
use crate::versions::State;

const SHOP: &str = include_str!("../../../tests/crash/shop.toml");

fn shop(folder: &Path) -> TablesRebuild {
    let (schema, tables) = (folder.join("shop.toml"), folder.join("tables"));
    fs::create_dir(&tables).unwrap();
    fs::write(&schema, SHOP).unwrap();
    fs::write(tables.join("products.csv"), "id,name\n1,Ost\n2,Rugbrød\n").unwrap();
    fs::write(tables.join("sales.csv"), "product,amount\n1,2.5\n2,3\n9,4\n").unwrap();
    fs::write(tables.join("andet.csv"), "x\n1\n").unwrap();
    let (data, suspicious) = (folder.join("data"), Shares::default());
    TablesRebuild { schema, tables, data, disk: Disk::real(), suspicious }
}

fn build(order: &TablesRebuild) -> TablesBuilt {
    rebuild_of_tables(order, &|_| ()).unwrap()
}

/// So many sales of one kind, of so much each.
fn sell(order: &TablesRebuild, sales: usize, amount: i32) {
    let lines = format!("1,{amount}\n").repeat(sales);
    fs::write(order.tables.join("sales.csv"), format!("product,amount\n{lines}")).unwrap();
}

fn state(data: &Path, name: VersionName) -> State {
    let folder = versions::version_folder(data, name);
    State::of(&folder, Manifest::read(&folder).as_ref(), versions::current(data) == Some(name))
}

#[test]
fn tables_of_which_half_is_missing_wait_for_an_operator() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    sell(&order, 100, 3);
    let whole = build(&order);
    assert_eq!((whole.ended(), state(&order.data, whole.name)), (Ended::Built, State::Active));
    sell(&order, 50, 3);
    let half = build(&order);
    let reason = "Beløb i alt (Salg): falder fra 300 til 150, mere end 10 %";
    assert_eq!(
        (half.ended(), half.awaiting.as_slice()),
        (Ended::Awaiting, &[reason.to_owned()][..])
    );
    assert_eq!(versions::current(&order.data), Some(whole.name));
    assert_eq!(state(&order.data, half.name), State::Awaiting(half.awaiting));
    sell(&order, 0, 0);
    assert_eq!(build(&order).ended(), Ended::Awaiting);
    // As few as never look wrong, unless nothing is left of them.
    let wide = TablesRebuild { suspicious: Shares { country: 60, ..Shares::default() }, ..order };
    sell(&wide, 50, 3);
    assert_eq!(build(&wide).ended(), Ended::Built);
    versions::activate(&wide.disk, &wide.data, half.name).unwrap();
    sell(&wide, 52, 3);
    let more = build(&wide);
    assert_eq!(state(&wide.data, more.name), State::Active);
}

#[test]
fn few_sales_may_change_and_may_not_vanish() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    sell(&order, 2, 5);
    build(&order);
    sell(&order, 3, 5);
    assert_eq!(build(&order).ended(), Ended::Built);
    sell(&order, 0, 0);
    assert_eq!(build(&order).awaiting, ["Beløb i alt (Salg): falder fra 15 til 0, mere end 10 %"]);
}

#[test]
fn what_an_operator_takes_into_use_while_tables_are_read_stays_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let (one, two) = (build(&order), build(&order));
    assert_eq!(versions::current(&order.data), Some(two.name));
    let back = |_| drop(versions::activate(&order.disk, &order.data, one.name).unwrap());
    let three = rebuild_of_tables(&order, &back).unwrap();
    assert!(three.aside.unwrap().contains("mens den blev bygget"));
    assert_eq!(versions::current(&order.data), Some(one.name));
    assert!(matches!(state(&order.data, three.name), State::Aside(_)));
}

#[test]
fn tables_that_cannot_be_compared_with_the_version_before_wait() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let one = build(&order);
    let cubes = versions::version_folder(&order.data, one.name).join(versions::CUBES);
    fs::remove_file(&cubes).unwrap();
    let two = build(&order);
    assert!(two.awaiting[0].contains("kan ikke sammenlignes med version"), "{:?}", two.awaiting);
}

#[test]
fn what_is_made_again_and_differs_waits_for_an_operator() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let from = build(&order).name;
    // What another program would have made of the same files.
    let path = versions::version_folder(&order.data, from);
    let mut manifest = Manifest::read(&path).unwrap();
    manifest.more[CUBES]["sha256"] = "0".repeat(64).into();
    fs::write(path.join(versions::MANIFEST), manifest.to_text().unwrap()).unwrap();
    let again = rebuild_again(&order.disk, &order.data, from, &|_| ()).unwrap();
    assert!(!again.same && !again.in_use);
    assert_eq!(versions::current(&order.data), Some(from));
    let State::Awaiting(reasons) = state(&order.data, again.name) else { panic!("it answers") };
    assert!(reasons[0].contains("kuberne er ikke de samme"), "{reasons:?}");
}

#[test]
fn what_waits_is_not_taken_into_use_by_being_made_again_though_nothing_says_what_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    build(&order);
    sell(&order, 0, 0);
    let waits = build(&order);
    for name in ["CURRENT", "CURRENT.copy"] {
        fs::write(order.data.join(name), "x").unwrap();
    }
    let again = rebuild_again(&order.disk, &order.data, waits.name, &|_| ()).unwrap();
    assert!(again.same && !again.in_use);
    assert_eq!(state(&order.data, again.name), State::Awaiting(waits.awaiting));
    assert_eq!(versions::current(&order.data), None);
}

#[test]
fn a_version_of_tables_is_made_again_though_the_tables_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let TablesBuilt { name, findings, .. } = build(&order);
    assert_eq!(findings.unmatched.iter().map(|one| one.unknown).sum::<u64>(), 1);
    fs::remove_dir_all(&order.tables).unwrap();
    fs::remove_file(&order.schema).unwrap();
    let again = rebuild_again(&order.disk, &order.data, name, &|_| ()).unwrap();
    assert!(again.same && again.in_use);
    assert_eq!(again.name.month, name.month);
    // And what was made again can be made again.
    assert!(rebuild_again(&order.disk, &order.data, again.name, &|_| ()).unwrap().same);
    let kept = fs::read_dir(order.data.join("inputs")).unwrap().count();
    assert_eq!(kept, 2, "only what was read is kept");
}

#[test]
fn a_cube_or_a_measure_that_is_gone_looks_wrong() {
    use crate::rebuild::suspicion::gone;
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let cubes = || {
        let name = build(&order).name;
        versions::open(&order.data, name).unwrap().cubes.clone()
    };
    let before = cubes();
    fs::write(&order.schema, SHOP.replace("Beløb", "Omsætning")).unwrap();
    let renamed = cubes();
    assert_eq!(gone(&before, &before), [""; 0]);
    assert_eq!(gone(&[], &before), ["kuben 'Salg' er der ikke længere"]);
    let measure = "målet 'Beløb' er der ikke længere i kuben 'Salg'";
    assert_eq!(gone(&renamed, &before), [measure]);
}

#[test]
fn a_table_that_is_not_kept_any_more_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let name = build(&order).name;
    let sales = fs::read(order.tables.join("sales.csv")).unwrap();
    fs::remove_file(order.data.join("inputs").join(checksum(&sales))).unwrap();
    let problem = rebuild_again(&order.disk, &order.data, name, &|_| ()).unwrap_err().to_string();
    assert!(problem.contains("sales.csv er ikke gemt i datamappen"), "{problem}");
}

#[test]
fn what_the_schema_says_and_the_tables_do_not_hold_leaves_no_version() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    fs::write(order.tables.join("products.csv"), "id,name\n1,Ost\n1,Brød\n").unwrap();
    let problem = rebuild_of_tables(&order, &|_| ()).unwrap_err().to_string();
    assert!(problem.contains("shop.toml") && problem.contains("linje 3"), "{problem}");
    assert_eq!(versions::names(&order.data).unwrap(), []);
}

#[test]
fn all_formulas_that_cannot_be_read_are_told_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let formulas = [
        ("A", "\"[Measures].[Beløb] / [Measures].[Bog]\""),
        ("B", "\"\"\"\n[Measures].[Beløb]\n  + Summ([Vare].Members)\"\"\""),
        ("C", "\"[Measures].[C] + 1\""),
    ];
    let more = formulas.map(|(name, formula)| {
        format!("[[cube.calculated]]\nname = \"{name}\"\nformula = {formula}\n")
    });
    let text = format!("{SHOP}{}", more.concat());
    fs::write(&order.schema, &text).unwrap();
    let problem = rebuild_of_tables(&order, &|_| ()).unwrap_err().to_string();
    for (part, message) in
        [("[Bog]", "intet mål 'Bog'"), ("+ Summ", "Summ"), ("[C] + 1", "bruger sig selv")]
    {
        let line = text.lines().position(|line| line.contains(part)).unwrap() + 1;
        let told = problem.lines().find(|told| told.contains(message));
        let told = told.unwrap_or_else(|| panic!("{problem}"));
        assert!(told.trim_start().starts_with(&format!("linje {line}: kuben 'Salg'")), "{problem}");
    }
    let caret =
        format!("      [Measures].[Beløb] / [Measures].[Bog]\n      {}^^^^^", " ".repeat(32));
    assert!(problem.contains(&caret), "{problem}");
    assert!(problem.contains("det har 3 fejl"), "{problem}");
}

#[test]
fn a_version_is_told_by_the_month_of_its_last_cube_with_time() {
    let folder = tempfile::tempdir().unwrap();
    let order = shop(folder.path());
    let group = |cube: &str, facts: &str| {
        format!(
            "[[cube]]\nname = \"{cube}\"\n[[cube.group]]\nfacts = \"{facts}\"\nfirst = \"day\"\n\
             dimensions = [{{ dimension = \"Tid\" }}]\nmeasures = [{{ name = \"{cube}s\", kind = \"count\" }}]\n"
        )
    };
    let time =
        "[[dimension]]\nname = \"Tid\"\nfields = [{ name = \"Måned\", grain = \"month\" }]\n";
    let schema = SHOP.replacen(
        "[[dimension]]",
        &format!("first_month = \"2020-01\"\n{time}[[dimension]]"),
        1,
    );
    fs::write(&order.schema, schema + &group("Gammel", "old") + &group("Ny", "new")).unwrap();
    fs::write(order.tables.join("old.csv"), "day\n2020-02-03\n").unwrap();
    fs::write(order.tables.join("new.csv"), "day\n2021-05-06\n").unwrap();
    let name = build(&order).name;
    assert_eq!(name.to_string(), "2021-05.1");
    let version = versions::open(&order.data, name).unwrap();
    let days: Vec<Option<String>> =
        version.cubes.iter().map(|cube| cube.as_of().map(|day| day.to_string())).collect();
    // The sales have no days: of them nothing but the version's is known.
    assert_eq!(days, [None, Some("2020-02-29".to_owned()), Some("2021-05-31".to_owned())]);
}
