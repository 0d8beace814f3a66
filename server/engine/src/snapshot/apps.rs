//! The replies of apps in fixtures: the key `app` of modules and of the world. Those of tasks are read
//! with the tasks.

use crate::ids::ModuleId;
use crate::tables::{AppPlace, AppReplies, Module, Tables};
use crate::time::Moment;
use crate::weight::Count;

/// Moves `app` from the rows of modules to the records, because in the row each answer would cost a
/// copy of the row. Adds the world's own `app`, and returns all problems, each as a sentence.
pub(super) fn load(of_world: Option<&AppReplies>, tables: &mut Tables) -> Vec<String> {
    let of_modules: Vec<(ModuleId, AppReplies)> =
        tables.modules.rows().filter_map(|module| Some((module.id, module.app.clone()?))).collect();
    let mut problems = Vec::new();
    for (id, app) in of_modules {
        problems.extend(problems_of(&app).map(|problem| format!("module {id}: {problem}")));
        drop(tables.edit(id, Moment::VIRTUAL_START, |module: &mut Module| module.app = None));
        tables.records.apps.set(AppPlace::Module(id), app);
    }
    if let Some(app) = of_world {
        problems.extend(problems_of(app).map(|problem| format!("the world: {problem}")));
        tables.records.apps.set(AppPlace::World, app.clone());
    }
    problems
}

/// Counts the app replies of modules and of the world; those of tasks are counted with the tasks.
pub(super) fn each_row(tables: &Tables, count: &mut Count) {
    let modules = tables.modules.rows().map(|module| AppPlace::Module(module.id));
    let said = modules.chain([AppPlace::World]).filter_map(|place| tables.records.apps.of(place));
    said.for_each(|app| count.row(&app));
}

/// The problems of an `app`, each as a sentence.
pub(super) fn problems_of(app: &AppReplies) -> impl Iterator<Item = String> + use<> {
    app.violations().map(|violation| format!("app: {}", violation.message)).into_texts().into_iter()
}

/// The row of a module with its `app`, as in fixtures.
pub(super) fn of_module(module: Module, tables: &Tables) -> Module {
    Module { app: tables.records.apps.of(AppPlace::Module(module.id)), ..module }
}
