//! A module's configuration. An app's `config.json` spells its keys with underscores, Supervisely shows most
//! of them in camel case. A fixture may use either spelling; replies have both.

use serde_json::Value;

use crate::reply::Object;

/// Keys whose spelling in an app's `config.json` differs from the one that Supervisely shows.
pub(super) const SPELLINGS: &[(&str, &str)] = &[
    ("community_agent", "communityAgent"),
    ("context_menu", "contextMenu"),
    ("docker_image", "dockerImage"),
    ("gui_template", "guiTemplate"),
    ("icon_background", "iconBackground"),
    ("icon_cover", "iconCover"),
    ("instance_version", "instanceVersion"),
    ("integrated_into", "integratedInto"),
    ("min_agent_version", "minAgentVersion"),
    ("min_instance_version", "minInstanceVersion"),
    ("modal_template", "modalTemplate"),
    ("modal_template_data", "modalTemplateData"),
    ("modal_template_state", "modalTemplateState"),
    ("need_gpu", "needGPU"),
    ("restart_policy", "restartPolicy"),
    ("session_tags", "sessionTags"),
    ("store_data_on_agent", "storeDataOnAgent"),
    ("task_location", "taskLocation"),
];

/// Returns the other spelling of a key, if it has one.
fn other(key: &str) -> Option<&'static str> {
    SPELLINGS.iter().find_map(|&(file, shown)| match key {
        _ if key == file => Some(shown),
        _ if key == shown => Some(file),
        _ => None,
    })
}

/// Returns the value of a key in either spelling.
pub(super) fn value<'a>(config: &'a Object, key: &str) -> Option<&'a Value> {
    config.get(key).or_else(|| config.get(other(key)?))
}

/// Returns the configuration with both spellings of each key.
pub(super) fn shown(config: &Object) -> Object {
    let mut shown = Object::new();
    for (key, value) in config {
        shown.insert(key.clone(), value.clone());
        if let Some(other) = other(key).filter(|other| !config.contains_key(*other)) {
            shown.insert(other.to_owned(), value.clone());
        }
    }
    shown
}

/// Returns the configuration with the spelling of an app's `config.json`.
pub(super) fn as_file(config: &Object) -> Object {
    let spelled = |key: &str| {
        SPELLINGS.iter().find(|(_, shown)| *shown == key).map_or(key, |(file, _)| *file).to_owned()
    };
    config.iter().map(|(key, value)| (spelled(key), value.clone())).collect()
}

/// Returns the keys that are present in both spellings with different values.
pub(super) fn conflicts(config: &Object) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    SPELLINGS.iter().filter(|(file, shown)| match (config.get(*file), config.get(*shown)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn every_key_is_found_and_shown_in_both_spellings() {
        for (file, camel) in SPELLINGS {
            for key in [file, camel] {
                let config = object(json!({*key: 5, "name": "x"}));
                assert_eq!((value(&config, file), value(&config, camel)), (Some(&json!(5)), Some(&json!(5))));
                assert_eq!(shown(&config), object(json!({*file: 5, *camel: 5, "name": "x"})));
                assert_eq!(as_file(&config), object(json!({*file: 5, "name": "x"})));
                assert_eq!(conflicts(&config).count(), 0);
            }
            assert_eq!(
                conflicts(&object(json!({*file: 5, *camel: 6}))).collect::<Vec<_>>(),
                [&(*file, *camel)]
            );
            assert_eq!(conflicts(&object(json!({*file: 5, *camel: 5}))).count(), 0);
        }
        assert_eq!(shown(&object(json!({"main_script": 1}))), object(json!({"main_script": 1})));
    }
}
