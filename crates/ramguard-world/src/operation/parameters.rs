//! The parameters of a request on the wire: names and texts, each read once.

use std::collections::BTreeMap;

use crate::error::{ApiError, ErrorKind};

/// The parameters of a request. What is not read is refused in the end, so that a parameter
/// misspelt cannot be a condition that silently does not hold.
#[derive(Debug)]
pub struct Parameters<'p> {
    left: BTreeMap<&'p str, &'p str>,
}

/// A list such as `SecurityGroupIds.1` has at most this many elements.
const MAX_ELEMENTS: usize = 100;

impl<'p> Parameters<'p> {
    /// Takes names and texts. Names are compared exactly.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if a name is there twice.
    pub fn new(parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Self, ApiError> {
        let mut left = BTreeMap::new();
        for (name, text) in parameters {
            if left.insert(name, text).is_some() {
                let parameter = shortened(name).into();
                return Err(ApiError::from(ErrorKind::InvalidParameter { parameter })
                    .with_detail("it is given twice"));
            }
        }
        Ok(Self { left })
    }

    /// Reads a parameter that may be left out.
    pub fn optional(&mut self, name: &'static str) -> Option<String> {
        self.left.remove(name).map(str::to_owned)
    }

    /// Reads a parameter that is needed.
    ///
    /// # Errors
    /// [`ErrorKind::MissingParameter`] if it is not there or empty.
    pub fn required(&mut self, name: &'static str) -> Result<String, ApiError> {
        self.optional(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| ErrorKind::MissingParameter { parameter: name }.into())
    }

    /// Reads a whole number that may be left out.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if it is not one.
    pub fn number(&mut self, name: &'static str) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse().ok().filter(|_| is_number) {
            Some(number) => Ok(Some(number)),
            None => Err(invalid(name, "write a whole number")),
        }
    }

    /// Reads `true` or `false`, `false` if it is left out.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if it is neither.
    pub fn flag(&mut self, name: &'static str) -> Result<bool, ApiError> {
        match self.optional(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(invalid(name, "write true or false")),
        }
    }

    /// Reads a list, `<name>.1`, `<name>.2` and so on without a gap.
    pub fn list(&mut self, name: &'static str) -> Vec<String> {
        (1..=MAX_ELEMENTS)
            .map_while(|number| self.left.remove(&*format!("{name}.{number}")).map(str::to_owned))
            .collect()
    }

    /// Reads one member of each element of a list, `<name>.1.<member>` and so on without a gap.
    pub fn member_list(&mut self, name: &'static str, member: &'static str) -> Vec<String> {
        (1..=MAX_ELEMENTS)
            .map_while(|number| self.left.remove(&*format!("{name}.{number}.{member}")))
            .map(str::to_owned)
            .collect()
    }

    /// Reads tags, `Tag.1.Key` and `Tag.1.Value` and so on. A value may be left out.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if a key is there twice, or there are more than 20.
    pub fn tags(&mut self) -> Result<BTreeMap<String, String>, ApiError> {
        let mut tags = BTreeMap::new();
        for number in 1..=MAX_ELEMENTS {
            let Some(key) = self.left.remove(&*format!("Tag.{number}.Key")) else { break };
            let value = self.left.remove(&*format!("Tag.{number}.Value")).unwrap_or_default();
            if !(1..=128).contains(&key.len()) || value.len() > 512 {
                return Err(invalid("Tag", "a key has 1 to 128 bytes, a value at most 512"));
            }
            if tags.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(invalid("Tag", "a key is given twice"));
            }
        }
        if tags.len() > 20 {
            return Err(invalid("Tag", "there are more than 20 tags"));
        }
        Ok(tags)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ErrorKind::UnsupportedParameter`] if something was not read.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let parameter: Box<str> = shortened(name).into();
                let detail = format!("the operation has no parameter `{parameter}`");
                Err(ApiError::from(ErrorKind::UnsupportedParameter { parameter })
                    .with_detail(detail))
            }
        }
    }
}

/// The condition keys of the tags that a call gives to what it makes.
pub(super) fn tag_keys(tags: &BTreeMap<String, String>) -> Vec<(String, Vec<String>)> {
    let key =
        |(key, value): (&String, &String)| (format!("acs:RequestTag/{key}"), vec![value.clone()]);
    tags.iter().map(key).collect()
}

fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

pub(crate) fn invalid(parameter: &'static str, detail: &str) -> ApiError {
    ApiError::from(ErrorKind::InvalidParameter { parameter: parameter.into() })
        .with_detail(format!("{parameter}: {detail}"))
}
