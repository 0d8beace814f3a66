//! Who answers for apps, in fixtures: the key `app` of modules and of the world. That of a task is with the task.

use std::sync::Arc;

use super::Fixture;
use crate::ids::ModuleId;
use crate::tables::{AppPlace, AppReplies, Module, Tables};

/// Takes `app` out of the rows of modules, where each answer would cost a copy of the row, and puts it, with the
/// world's own, beside the tables. All that is wrong with them, each as a sentence.
pub(super) fn load(fixture: &Fixture, tables: &mut Tables) -> Vec<String> {
    let of_modules: Vec<(ModuleId, AppReplies)> =
        tables.modules.values().filter_map(|module| Some((module.id, module.app.clone()?))).collect();
    let mut problems = Vec::new();
    for (id, app) in of_modules {
        problems.extend(problems_of(&app).map(|problem| format!("module {id}: {problem}")));
        if let Some(row) = tables.modules.get_mut(&id) {
            Arc::make_mut(row).app = None;
        }
        tables.records.apps.insert(AppPlace::Module(id), app.into());
    }
    if let Some(app) = &fixture.app {
        problems.extend(problems_of(app).map(|problem| format!("the world: {problem}")));
        tables.records.apps.insert(AppPlace::World, app.clone().into());
    }
    problems
}

/// What is wrong with the key `app` of a row, each as a sentence.
pub(super) fn problems_of(app: &AppReplies) -> impl Iterator<Item = String> + use<> {
    app.violations().into_iter().map(|violation| format!("app: {}", violation.message))
}

/// The rows of modules as fixtures have them, each with its `app`.
pub(super) fn of_modules(mut modules: Vec<Module>, tables: &Tables) -> Vec<Module> {
    for module in &mut modules {
        let app = tables.records.apps.get(&AppPlace::Module(module.id));
        module.app = app.map(|app| AppReplies::clone(app));
    }
    modules
}
