//! Stored bytes and the rows of Team Files.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use imbl::OrdMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::column::Column;
use super::defaults::{default_team, default_user, made_at};
use super::entity::{Entity, Link};
use crate::ids::{FileId, TeamId, UserId};
use crate::noun::Noun;
use crate::patterns::BASE64;
use crate::refusal::Refusal;
use crate::reply::Object;
use crate::time::Moment;

/// A file in Team Files. The fields are declared in the order of `file-storage.info`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TeamFile {
    /// Id of the file, unique in its world; 1 or more.
    pub id: FileId,
    /// Id of the team; 16087 when absent.
    #[serde(default = "default_team")]
    pub team_id: TeamId,
    /// Id of the user who stored the file; 16154 when absent.
    #[serde(default = "default_user")]
    pub user_id: UserId,
    /// Name of the file; empty when absent.
    #[serde(default)]
    pub name: String,
    /// Base64 of the SHA-256 of the content; empty when absent.
    #[serde(default)]
    pub hash: String,
    /// Path in Team Files; empty when absent.
    #[serde(default)]
    pub path: String,
    /// Path on the server; empty when absent.
    #[serde(default)]
    pub storage_path: String,
    /// Metadata: `mime`, `ext` and `size` in bytes; `{}` when absent.
    #[serde(default)]
    pub meta: Object,
    /// True for a folder; false when absent.
    #[serde(default)]
    pub is_dir: bool,
    /// Time of upload; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub created_at: Moment,
    /// Time of the last change; 2026-01-01T00:00:00Z when absent.
    #[serde(default = "made_at")]
    pub updated_at: Moment,
    /// Address of the file; empty when absent.
    #[serde(default)]
    pub full_storage_url: String,
}

impl Entity for TeamFile {
    type Id = FileId;
    const NOUN: Noun = Noun::File;
    const COLUMNS: &'static [Column<Self>] = &[];
    // The team is not a link: fixtures from before teams existed may have files of a missing team, and
    // must still load.
    const LINKS: &'static [Link<Self>] = &[];

    fn id(&self) -> FileId {
        self.id
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name, &self.path]
    }
}

/// Pattern of the values of [`hash_of`].
pub(crate) const HASH: &str = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$";

/// Bytes stored under their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob(pub Bytes);

/// Stored bytes by the base64 of their SHA-256.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blobs {
    by_hash: OrdMap<Arc<str>, Blob>,
    bytes: u64,
}

impl Blobs {
    /// Stores bytes under their hash; refuses them if the total would exceed `limit` bytes.
    pub(crate) fn store(&mut self, hash: Arc<str>, blob: Blob, limit: u64) -> Result<(), Refusal> {
        if self.by_hash.contains_key(&hash) {
            return Ok(());
        }
        let bytes = self.bytes + blob.0.len() as u64;
        if bytes > limit {
            return Err(Refusal::StoreFull { limit });
        }
        self.bytes = bytes;
        self.by_hash.insert(hash, blob);
        Ok(())
    }

    /// Refuses a total of more than `limit` bytes.
    pub(crate) fn check_room(&self, limit: u64) -> Result<(), Refusal> {
        if self.bytes > limit { Err(Refusal::StoreFull { limit }) } else { Ok(()) }
    }

    /// Iterates over the stored bytes, starting at a hash.
    pub(crate) fn from(&self, hash: &str) -> impl Iterator<Item = (&Arc<str>, &Blob)> {
        self.by_hash.range(Arc::<str>::from(hash)..)
    }

    pub(crate) fn get(&self, hash: &str) -> Option<&Blob> {
        self.by_hash.get(hash)
    }

    pub(crate) fn contains_key(&self, hash: &str) -> bool {
        self.by_hash.contains_key(hash)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Blob)> {
        self.by_hash.iter()
    }
}

/// Returns the base64 of the SHA-256 of `bytes`: 44 characters, as the SDK's `get_file_hash` computes it.
#[must_use]
pub fn hash_of(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.as_bytes()).map_err(de::Error::custom)?;
        Ok(Self(bytes.into()))
    }
}

impl JsonSchema for Blob {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Blob".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Stored bytes as base64.",
            "type": "string",
            "contentEncoding": "base64",
            "pattern": BASE64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_sdk() {
        // Base64 of the SHA-256 of no bytes, from another implementation.
        assert_eq!(hash_of(b""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
