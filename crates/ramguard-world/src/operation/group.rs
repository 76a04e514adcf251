//! CreateGroup, GetGroup, ListGroups and DeleteGroup, and who belongs to a group.
//!
//! Source: group pages (RAM API reference).

use serde::Serialize;

use super::{Done, Operation, Page, Parameters, Rest};
use crate::control_plane::Call;
use crate::error::{ApiError, DeleteConflict, Entity, ErrorKind, Service};
use crate::name::{GROUP, USER, check_text};
use crate::{Effect, Group, Settings, User};

/// A group as RAM answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupObject {
    /// The name.
    pub group_name: String,
    /// Anything worth saying.
    pub comments: String,
    /// When it was made.
    pub create_date: String,
}

impl GroupObject {
    fn of(group: &Group) -> Self {
        Self {
            group_name: group.name.clone(),
            comments: group.comments.clone(),
            create_date: group.created.to_string(),
        }
    }
}

/// The response of CreateGroup and GetGroup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupResponse {
    /// The group.
    pub group: GroupObject,
}

/// Groups, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupList {
    /// The groups, by name.
    pub group: Vec<GroupObject>,
}

/// The request to make a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateGroup {
    /// 1 to 64 letters, digits, `.`, `_` or `-`.
    pub group_name: String,
    /// At most 128 characters.
    pub comments: Option<String>,
}

impl Operation for CreateGroup {
    type Response = GroupResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "CreateGroup";
    const PARAMETERS: &'static [&'static str] = &["GroupName", "Comments"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            group_name: parameters.required("GroupName")?,
            comments: parameters.optional("Comments"),
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        GROUP.check("GroupName", &self.group_name)?;
        let comments = self.comments.clone().unwrap_or_default();
        check_text("Comments", &comments, 128)?;
        call.require_ram("ram:CreateGroup", &["group/*"])?;
        if world.groups.is_taken(&self.group_name) {
            return Err(ErrorKind::AlreadyExists { entity: Entity::Group }.into());
        }
        if world.groups.len() >= world.quotas().groups {
            return Err(ErrorKind::LimitExceeded { entity: Entity::Group }.into());
        }
        let group = Group {
            name: self.group_name.clone(),
            comments,
            created: call.moment().now(),
            members: Default::default(),
            attachments: Vec::new(),
        };
        Ok((GroupResponse { group: GroupObject::of(&group) }, vec![Effect::GroupCreated(group)]))
    }
}

/// The request to read a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetGroup {
    /// The name.
    pub group_name: String,
}

impl Operation for GetGroup {
    type Response = GroupResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "GetGroup";
    const PARAMETERS: &'static [&'static str] = &["GroupName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { group_name: parameters.required("GroupName")? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let group = permitted_group(call, "ram:GetGroup", &self.group_name)?;
        Ok((GroupResponse { group: GroupObject::of(group) }, Vec::new()))
    }
}

/// The request to list groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListGroups {
    /// Which page.
    pub page: Page,
}

/// The response of ListGroups and ListGroupsForUser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListGroupsResponse {
    /// The groups.
    pub groups: GroupList,
    /// Whether there are more, and where they start.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Operation for ListGroups {
    type Response = ListGroupsResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "ListGroups";
    const PARAMETERS: &'static [&'static str] = &["Marker", "MaxItems"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { page: Page::read(parameters)? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        self.page.size()?;
        call.require_ram("ram:ListGroups", &["group/*"])?;
        let (page, rest) = self.page.cut(call.world().groups(), |group| &group.name)?;
        let group = page.into_iter().map(GroupObject::of).collect();
        Ok((ListGroupsResponse { groups: GroupList { group }, rest }, Vec::new()))
    }
}

/// The request to delete a group, which must have no members and no policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteGroup {
    /// The name.
    pub group_name: String,
}

impl Operation for DeleteGroup {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "DeleteGroup";
    const PARAMETERS: &'static [&'static str] = &["GroupName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { group_name: parameters.required("GroupName")? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let group = permitted_group(call, "ram:DeleteGroup", &self.group_name)?;
        let conflict = if !group.members.is_empty() {
            Some(DeleteConflict::GroupUser)
        } else if !group.attachments.is_empty() {
            Some(DeleteConflict::GroupPolicy)
        } else {
            None
        };
        match conflict {
            Some(conflict) => Err(ErrorKind::DeleteConflict { conflict }.into()),
            None => Ok((Done {}, vec![Effect::GroupDeleted { name: group.name.clone() }])),
        }
    }
}

/// The request to make a user a member of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddUserToGroup {
    /// The user.
    pub user_name: String,
    /// The group.
    pub group_name: String,
}

impl Operation for AddUserToGroup {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "AddUserToGroup";
    const PARAMETERS: &'static [&'static str] = &["UserName", "GroupName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            user_name: parameters.required("UserName")?,
            group_name: parameters.required("GroupName")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let (user, group) =
            permitted_pair(call, "ram:AddUserToGroup", &self.user_name, &self.group_name)?;
        let world = call.world();
        if group.members.contains(&user.name) {
            return Err(ErrorKind::AlreadyExists { entity: Entity::UserGroup }.into());
        }
        if world.groups_of(&user.name).count() >= world.quotas().groups_per_user {
            return Err(ErrorKind::LimitExceeded { entity: Entity::UserGroup }.into());
        }
        let (user, group) = (user.name.clone(), group.name.clone());
        Ok((Done {}, vec![Effect::UserAddedToGroup { user, group }]))
    }
}

/// The request to take a user out of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoveUserFromGroup {
    /// The user.
    pub user_name: String,
    /// The group.
    pub group_name: String,
}

impl Operation for RemoveUserFromGroup {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "RemoveUserFromGroup";
    const PARAMETERS: &'static [&'static str] = &["UserName", "GroupName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            user_name: parameters.required("UserName")?,
            group_name: parameters.required("GroupName")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let (user, group) =
            permitted_pair(call, "ram:RemoveUserFromGroup", &self.user_name, &self.group_name)?;
        if !group.members.contains(&user.name) {
            return Err(not_exist(Entity::UserGroup));
        }
        let (user, group) = (user.name.clone(), group.name.clone());
        Ok((Done {}, vec![Effect::UserRemovedFromGroup { user, group }]))
    }
}

/// The request to list the groups of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListGroupsForUser {
    /// The user.
    pub user_name: String,
}

impl Operation for ListGroupsForUser {
    type Response = ListGroupsResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "ListGroupsForUser";
    const PARAMETERS: &'static [&'static str] = &["UserName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { user_name: parameters.required("UserName")? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        USER.check("UserName", &self.user_name)?;
        let relative_id = format!("user/{}", self.user_name);
        call.require_ram("ram:ListGroupsForUser", &[&relative_id])?;
        let user = call.world().user(&self.user_name).ok_or_else(|| not_exist(Entity::User))?;
        let group = call.world().groups_of(&user.name).map(GroupObject::of).collect();
        let groups = GroupList { group };
        Ok((ListGroupsResponse { groups, rest: Rest::default() }, Vec::new()))
    }
}

/// The request to list the members of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListUsersForGroup {
    /// The group.
    pub group_name: String,
    /// Which page.
    pub page: Page,
}

/// The response of ListUsersForGroup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListUsersForGroupResponse {
    /// The members.
    pub users: MemberList,
    /// Whether there are more, and where they start.
    #[serde(flatten)]
    pub rest: Rest,
}

/// Members, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MemberList {
    /// The members, by name.
    pub user: Vec<MemberObject>,
}

/// A member of a group as RAM answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MemberObject {
    /// The name.
    pub user_name: String,
    /// The name shown to people.
    pub display_name: String,
}

impl Operation for ListUsersForGroup {
    type Response = ListUsersForGroupResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "ListUsersForGroup";
    const PARAMETERS: &'static [&'static str] = &["GroupName", "Marker", "MaxItems"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { group_name: parameters.required("GroupName")?, page: Page::read(parameters)? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        self.page.size()?;
        let group = permitted_group(call, "ram:ListUsersForGroup", &self.group_name)?;
        let members = group.members.iter().filter_map(|name| call.world().user(name));
        let (page, rest) = self.page.cut(members, |user: &User| &user.name)?;
        let user = page
            .into_iter()
            .map(|user| MemberObject {
                user_name: user.name.clone(),
                display_name: user.display_name.clone(),
            })
            .collect();
        let users = MemberList { user };
        Ok((ListUsersForGroupResponse { users, rest }, Vec::new()))
    }
}

fn not_exist(entity: Entity) -> ApiError {
    ErrorKind::NotExist { entity, service: Service::Ram }.into()
}

/// Checks the name and the permission, then looks the group up.
fn permitted_group<'w>(call: &Call<'w>, action: &str, name: &str) -> Result<&'w Group, ApiError> {
    GROUP.check("GroupName", name)?;
    call.require_ram(action, &[&format!("group/{name}")])?;
    call.world().group(name).ok_or_else(|| not_exist(Entity::Group))
}

/// Checks both names and the permission on both, then looks both up.
fn permitted_pair<'w>(
    call: &Call<'w>,
    action: &str,
    user: &str,
    group: &str,
) -> Result<(&'w User, &'w Group), ApiError> {
    USER.check("UserName", user)?;
    GROUP.check("GroupName", group)?;
    call.require_ram(action, &[&format!("user/{user}"), &format!("group/{group}")])?;
    let user = call.world().user(user).ok_or_else(|| not_exist(Entity::User))?;
    let group = call.world().group(group).ok_or_else(|| not_exist(Entity::Group))?;
    Ok((user, group))
}
