//! Who calls: an operator, who may do everything, or staff, who book and look after reminders and see no address or number
//! whole.

use punctual_app::edge::SpinVariables;
use punctual_app::settings::{self, Variables};
use punctual_app::web::{Keys, Request, Response, bearer, matches, problem, unset};

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `admin_token`.
    Operator,
    /// `staff_token`.
    Staff,
}

/// What operators alone may do.
pub const RIGHTS: [&str; 6] = [
    "contacts",
    "dead-letters",
    "outbox",
    "suppressions",
    "channels",
    "audit",
];

impl Role {
    /// The role of the request's token, or 401.
    pub fn of(request: &Request) -> Result<Self, Response> {
        let operators = settings::keys(&SpinVariables, "admin_token", Some("admin_token_second"));
        let operators = operators.map_err(|error| unset(&error))?;
        let staff = ["staff_token", "staff_token_second"];
        let staff: Vec<_> = staff
            .iter()
            .filter_map(|name| SpinVariables.get(name))
            .collect();
        let shown = bearer(request);
        if shown.is_some_and(|shown| matches(&staff, shown) && !matches(&operators, shown)) {
            return Ok(Self::Staff);
        }
        Keys(operators).admit(shown, "Authorization: Bearer")?;
        Ok(Self::Operator)
    }

    /// The name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Staff => "staff",
        }
    }

    /// Whether addresses and numbers are shown whole.
    pub fn sees_contacts(self) -> bool {
        self == Self::Operator
    }

    /// 403 for whoever has not this right.
    pub fn needs(self, right: &str) -> Result<(), Response> {
        match self {
            Self::Operator => Ok(()),
            Self::Staff => Err(problem(
                403,
                "not your right",
                &format!("this token is for staff; {right} are for operators"),
                None,
            )),
        }
    }
}
