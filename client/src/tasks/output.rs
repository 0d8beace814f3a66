//! The output of a task, which the web interface shows as its result.

use serde_json::{Value, json};

use crate::{Client, Error, Row, answer};

/// Default colours of an output: the icon and its background.
const GREEN: [&str; 2] = ["#33c94c", "#d9f7e4"];
const RED: [&str; 2] = ["#ff83a6", "#ffeae9"];

/// A text as the output of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextOutput {
    /// The main line.
    pub title: String,
    /// A further text in smaller type.
    pub description: Option<String>,
    /// Show a link to the logs; off by default.
    pub show_logs: bool,
    /// Name of an icon of the set ZMDI; `zmdi-comment-alt-text` by default.
    pub icon: String,
    /// Colour of the icon; `#33c94c` by default.
    pub icon_color: String,
    /// Colour behind the icon; `#d9f7e4` by default.
    pub background_color: String,
}

impl TextOutput {
    /// Makes a text with the default icon and colours.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: None,
            show_logs: false,
            icon: "zmdi-comment-alt-text".to_owned(),
            icon_color: GREEN[0].to_owned(),
            background_color: GREEN[1].to_owned(),
        }
    }
}

impl Client {
    /// Shows a project as the task's output and returns the response. Without `name`, requests the
    /// project's name.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the project does not exist, otherwise as [`Client::set_field`].
    pub async fn set_output_project(
        &self,
        id: u64,
        project: u64,
        name: Option<&str>,
        preview: Option<&str>,
    ) -> Result<Value, Error> {
        let title = match name {
            Some(name) => name.to_owned(),
            None => {
                let body = self.read("projects.info", &json!({"id": project})).await?;
                answer::text("projects.info", &answer::object("projects.info", &body)?, "name")?
            }
        };
        let mut shown = json!({"id": project, "title": title});
        if let Some(preview) = preview {
            shown["preview"] = json!(preview);
        }
        self.set_output(id, json!({"project": shown})).await
    }

    /// Shows a report, as a link to the page of its file, and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_output_report(
        &self,
        id: u64,
        file: u64,
        name: &str,
        description: Option<&str>,
    ) -> Result<Value, Error> {
        let output = FileOutput { about: description.unwrap_or("Report"), icon: "receipt", download: false };
        self.set_output(id, output.general(name, Some(&page(file)))).await
    }

    /// Shows an archive for download and returns the response. Without `url`, requests the URL of the
    /// file.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the file does not exist, otherwise as [`Client::set_field`].
    pub async fn set_output_archive(
        &self,
        id: u64,
        file: u64,
        name: &str,
        url: Option<&str>,
    ) -> Result<Value, Error> {
        let output = FileOutput { about: "Download archive", icon: "archive", download: true };
        let url = self.url(file, url).await?;
        self.set_output(id, output.general(name, Some(&url))).await
    }

    /// Shows a file, for download unless `download` is false, and returns the response. Without `url`,
    /// requests the URL of the file.
    ///
    /// # Errors
    ///
    /// As [`Client::set_output_archive`].
    pub async fn set_output_file_download(
        &self,
        id: u64,
        file: u64,
        name: &str,
        url: Option<&str>,
        download: Option<bool>,
    ) -> Result<Value, Error> {
        let download = download.unwrap_or(true);
        let output = FileOutput { about: "Download file", icon: "file", download };
        let url = self.url(file, url).await?;
        self.set_output(id, output.general(name, Some(&url))).await
    }

    /// Shows a directory, with a link to the page of `file` in it if given, and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_output_directory(&self, id: u64, file: Option<u64>, path: &str) -> Result<Value, Error> {
        let output = FileOutput { about: "Directory", icon: "folder", download: false };
        self.set_output(id, output.general(path, file.map(page).as_deref())).await
    }

    /// Shows an error, with a link to the logs unless `show_logs` is false, and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_output_error(
        &self,
        id: u64,
        title: &str,
        description: Option<&str>,
        show_logs: Option<bool>,
    ) -> Result<Value, Error> {
        let icon = icon("zmdi-alert-octagon", RED);
        let output = message(icon, title, description, show_logs.unwrap_or(true), true);
        self.set_output(id, output).await
    }

    /// Shows a text and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_output_text(&self, id: u64, text: &TextOutput) -> Result<Value, Error> {
        let icon = icon(&text.icon, [&text.icon_color, &text.background_color]);
        let output = message(icon, &text.title, text.description.as_deref(), text.show_logs, false);
        self.set_output(id, output).await
    }

    /// Shows the training experiment that `data` describes and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_output_experiment(&self, id: u64, data: Row) -> Result<Value, Error> {
        self.set_output(id, json!({"experiment": {"data": data}})).await
    }

    async fn set_output(&self, id: u64, output: Value) -> Result<Value, Error> {
        let data = json!({"taskId": id, "output": output});
        answer::json("tasks.output.set", &self.change("tasks.output.set", &data).await?)
    }

    /// The URL of a file: the caller's, else the server's, else that of its page.
    async fn url(&self, file: u64, given: Option<&str>) -> Result<String, Error> {
        if let Some(given) = given {
            return Ok(given.to_owned());
        }
        let body = self.read("file-storage.info", &json!({"id": file})).await?;
        let info = answer::object("file-storage.info", &body)?;
        let path = info.get("storagePath").and_then(Value::as_str);
        Ok(path.map_or_else(|| page(file), str::to_owned))
    }
}

/// The differences between the outputs that are files.
struct FileOutput<'a> {
    about: &'a str,
    icon: &'static str,
    download: bool,
}

impl FileOutput<'_> {
    fn general(&self, title: &str, url: Option<&str>) -> Value {
        let icon = icon(&format!("zmdi-{}", self.icon), GREEN);
        let mut general = json!({"icon": icon, "title": title});
        if let Some(url) = url {
            general["titleUrl"] = json!(url);
        }
        general["download"] = json!(self.download);
        general["description"] = json!(self.about);
        json!({"general": general})
    }
}

fn message(icon: Value, title: &str, description: Option<&str>, show_logs: bool, is_error: bool) -> Value {
    let mut general = json!({"icon": icon, "title": title, "showLogs": show_logs, "isError": is_error});
    if let Some(description) = description {
        general["description"] = json!(description);
    }
    json!({"general": general})
}

fn icon(name: &str, [color, background]: [&str; 2]) -> Value {
    json!({"className": format!("zmdi {name}"), "color": color, "backgroundColor": background})
}

/// The page of a file, whose path needs no request.
fn page(file: u64) -> String {
    format!("/files/{file}")
}
