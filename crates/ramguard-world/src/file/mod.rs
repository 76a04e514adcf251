//! The world as one JSON file.
//!
//! [`WorldFile::read`] reports everything that is wrong with a text and gives the world if nothing
//! is; [`write()`] writes a world; [`schema`] is the JSON Schema of the format, published as
//! `schema/world.schema.json` in this crate.

mod form;
mod place;
mod problem;
mod read;
mod write;

pub use form::{
    AttachmentForm, BindingForm, DirectoryForm, DocumentForm, FullAttachmentForm, GroupForm,
    InstanceForm, MetadataForm, NodeForm, PolicyForm, PublishedForm, ResourceGroupForm, RoleForm,
    UserForm, VersionForm, WorldForm,
};
pub use problem::{FileProblem, FileProblemCode, FileSeverity};
pub use read::WorldFile;
pub use write::{form, write};

/// Returns the JSON Schema of a world file, as text with a line break at the end.
#[must_use]
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(WorldForm);
    schema.insert("title".to_owned(), "RamGuard world file".into());
    // Only maps with other keys than strings cannot be written, and a schema has none.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
