//! CreateUser, GetUser, ListUsers and DeleteUser.
//!
//! Source: user pages (RAM API reference). Access keys, passwords and devices are no part of this
//! world; a host that keeps them checks them before it deletes a user.

use serde::Serialize;

use super::{Done, Operation, Page, Parameters, Rest};
use crate::control_plane::Call;
use crate::error::{ApiError, DeleteConflict, Entity, ErrorKind, Service};
use crate::name::{USER, check_text};
use crate::{Effect, Settings, User};

/// A user as RAM answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserObject {
    /// The numeric id.
    pub user_id: String,
    /// The name.
    pub user_name: String,
    /// The name shown to people.
    pub display_name: String,
    /// Anything worth saying.
    pub comments: String,
    /// When it was made.
    pub create_date: String,
}

impl UserObject {
    fn of(user: &User) -> Self {
        Self {
            user_id: user.id.clone(),
            user_name: user.name.clone(),
            display_name: user.display_name.clone(),
            comments: user.comments.clone(),
            create_date: user.created.to_string(),
        }
    }
}

/// The response of CreateUser and GetUser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserResponse {
    /// The user.
    pub user: UserObject,
}

/// The request to make a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateUser {
    /// 1 to 64 letters, digits, `.`, `_` or `-`.
    pub user_name: String,
    /// At most 128 characters.
    pub display_name: Option<String>,
    /// At most 128 characters.
    pub comments: Option<String>,
}

impl Operation for CreateUser {
    type Response = UserResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "CreateUser";
    const PARAMETERS: &'static [&'static str] = &["UserName", "DisplayName", "Comments"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            user_name: parameters.required("UserName")?,
            display_name: parameters.optional("DisplayName"),
            comments: parameters.optional("Comments"),
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        USER.check("UserName", &self.user_name)?;
        let display_name = self.display_name.clone().unwrap_or_default();
        let comments = self.comments.clone().unwrap_or_default();
        check_text("DisplayName", &display_name, 128)?;
        check_text("Comments", &comments, 128)?;
        call.require_ram("ram:CreateUser", &["user/*"])?;
        if world.users.is_taken(&self.user_name) {
            return Err(ErrorKind::AlreadyExists { entity: Entity::User }.into());
        }
        if world.users.len() >= world.quotas().users {
            return Err(ErrorKind::LimitExceeded { entity: Entity::User }.into());
        }
        let user = User {
            name: self.user_name.clone(),
            id: call.moment().numeric_id("user"),
            display_name,
            comments,
            created: call.moment().now(),
            attachments: Vec::new(),
        };
        Ok((UserResponse { user: UserObject::of(&user) }, vec![Effect::UserCreated(user)]))
    }
}

/// The request to read a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetUser {
    /// The name.
    pub user_name: String,
}

impl Operation for GetUser {
    type Response = UserResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "GetUser";
    const PARAMETERS: &'static [&'static str] = &["UserName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { user_name: parameters.required("UserName")? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let user = permitted_user(call, "ram:GetUser", &self.user_name)?;
        Ok((UserResponse { user: UserObject::of(user) }, Vec::new()))
    }
}

/// The request to list users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListUsers {
    /// Which page.
    pub page: Page,
}

/// The response of ListUsers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListUsersResponse {
    /// The users.
    pub users: UserList,
    /// Whether there are more, and where they start.
    #[serde(flatten)]
    pub rest: Rest,
}

/// Users, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserList {
    /// The users, by name.
    pub user: Vec<UserObject>,
}

impl Operation for ListUsers {
    type Response = ListUsersResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "ListUsers";
    const PARAMETERS: &'static [&'static str] = &["Marker", "MaxItems"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { page: Page::read(parameters)? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        self.page.size()?;
        call.require_ram("ram:ListUsers", &["user/*"])?;
        let (page, rest) = self.page.cut(call.world().users(), |user| &user.name)?;
        let user = page.into_iter().map(UserObject::of).collect();
        Ok((ListUsersResponse { users: UserList { user }, rest }, Vec::new()))
    }
}

/// The request to delete a user, who must have no policies and be in no group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteUser {
    /// The name.
    pub user_name: String,
}

impl Operation for DeleteUser {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "DeleteUser";
    const PARAMETERS: &'static [&'static str] = &["UserName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { user_name: parameters.required("UserName")? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let user = permitted_user(call, "ram:DeleteUser", &self.user_name)?;
        let conflict = if call.world().groups_of(&user.name).next().is_some() {
            Some(DeleteConflict::UserGroup)
        } else if !user.attachments.is_empty() {
            Some(DeleteConflict::UserPolicy)
        } else {
            None
        };
        match conflict {
            Some(conflict) => Err(ErrorKind::DeleteConflict { conflict }.into()),
            None => Ok((Done {}, vec![Effect::UserDeleted { name: user.name.clone() }])),
        }
    }
}

/// Checks the name and the permission, then looks the user up.
fn permitted_user<'w>(call: &Call<'w>, action: &str, name: &str) -> Result<&'w User, ApiError> {
    USER.check("UserName", name)?;
    call.require_ram(action, &[&format!("user/{name}")])?;
    let not_exist = ErrorKind::NotExist { entity: Entity::User, service: Service::Ram };
    call.world().user(name).ok_or_else(|| not_exist.into())
}
