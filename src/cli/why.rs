//! `slymock why`: what is known of a method, or of a section that a scenario cites, and how well.

mod live;

use anyhow::bail;
use clap::Args;
use slymock_server::engine::likeness::closest;
use slymock_server::engine::methods;

use super::evidence::{anchors, plain, section, sent_by};

#[derive(Args)]
pub(crate) struct Why {
    /// Wire methods (tasks.list), functions of the SDK (get_status), or sections that a scenario cites (wait-stops-at)
    #[arg(required = true, value_name = "METHOD")]
    subjects: Vec<String>,
}

impl Why {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let texts: Vec<String> =
            self.subjects.iter().map(|subject| text(subject)).collect::<Result<_, _>>()?;
        super::output::say(&texts.join("\n"))
    }
}

fn text(subject: &str) -> anyhow::Result<String> {
    let row = methods::find(subject);
    let Some(section) = section(subject) else { return of_function(subject) };
    let description = row.map(|row| methods::description(row) + "\n").unwrap_or_default();
    let request = row.map(|row| format!("\n{}", live::request(row))).unwrap_or_default();
    let (place, claims) = (&section.place, plain(section.text));
    Ok(format!("{description}Known, surest first ({place}):\n\n{claims}\n{request}"))
}

/// The methods that a function of the SDK sends, such as `get_status` or `api.task.get_status`.
fn of_function(name: &str) -> anyhow::Result<String> {
    // `images.list` is a wire method, though a function may be called `list`.
    let is_function = !name.contains('.') || name.starts_with("api.");
    let methods = if is_function { sent_by(name) } else { Vec::new() };
    if methods.is_empty() {
        bail!("{}", unknown(name));
    }
    let texts: Vec<String> = methods.iter().map(|method| text(method)).collect::<Result<_, _>>()?;
    Ok(format!("{name} of the SDK sends {}\n\n{}", methods.join(", "), texts.join("\n")))
}

fn unknown(subject: &str) -> String {
    let hint = |near: Option<&str>| near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    match methods::area(subject) {
        Some(area) => {
            format!(
                "the method {subject} of the area {area} is not modelled{}",
                hint(methods::nearest(subject))
            )
        }
        None => {
            let near = hint(closest(subject, anchors()));
            format!("{subject} is neither a method nor a section of docs/wire{near}")
        }
    }
}
