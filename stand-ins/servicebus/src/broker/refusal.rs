//! Why the broker refuses something, and what that is called in AMQP and HTTP.

/// What is wrong. The names of conditions are those that Service Bus sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Too much at once; come back in two seconds or more.
    ServerBusy,
    /// No such scheduled or deferred message: unknown, active by now, or cancelled before.
    MessageNotFound,
    /// No such queue.
    EntityNotFound,
    /// The lock ran out, or its message was settled.
    LockLost,
    /// No token, or none that is good for this.
    Unauthorized,
    /// The queue is full.
    QuotaExceeded,
    /// A message or batch is over the limit.
    TooLarge,
    /// A value cannot be.
    Argument,
    /// It is not done here.
    NotAllowed,
    /// There is no such operation.
    NotImplemented,
    /// The service failed; only ever on demand.
    Internal,
}

impl Problem {
    /// The AMQP error condition.
    pub fn condition(self) -> &'static str {
        match self {
            Self::ServerBusy => "com.microsoft:server-busy",
            Self::MessageNotFound => "com.microsoft:message-not-found",
            Self::EntityNotFound => "amqp:not-found",
            Self::LockLost => "com.microsoft:message-lock-lost",
            Self::Unauthorized => "amqp:unauthorized-access",
            Self::QuotaExceeded => "amqp:resource-limit-exceeded",
            Self::TooLarge => "amqp:link:message-size-exceeded",
            Self::Argument => "com.microsoft:argument-error",
            Self::NotAllowed => "amqp:not-allowed",
            Self::NotImplemented => "amqp:not-implemented",
            Self::Internal => "amqp:internal-error",
        }
    }

    /// The status of a `$management` or `$cbs` response.
    pub fn management_status(self) -> u16 {
        match self {
            Self::ServerBusy => 503,
            Self::MessageNotFound | Self::EntityNotFound => 404,
            Self::LockLost => 410,
            Self::Unauthorized => 401,
            Self::QuotaExceeded | Self::TooLarge => 403,
            Self::Argument | Self::NotAllowed => 400,
            Self::NotImplemented => 501,
            Self::Internal => 500,
        }
    }

    /// The status of an HTTP response: the documentation has 410 for a queue and 404 for a lock that is not there.
    pub fn http_status(self) -> u16 {
        match self {
            Self::EntityNotFound => 410,
            Self::LockLost => 404,
            other => other.management_status(),
        }
    }
}

/// A [`Problem`], and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What programs look at.
    pub problem: Problem,
    /// What people read. It quotes no body.
    pub text: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(problem: Problem, text: impl Into<String>) -> Self {
        Self {
            problem,
            text: text.into(),
        }
    }

    /// Service Bus' own words for [`Problem::ServerBusy`].
    pub fn busy() -> Self {
        let text = "The request was terminated because the namespace is being throttled. \
                    Error code: 50009. Please wait 2 seconds and try again.";
        Self::new(Problem::ServerBusy, text)
    }

    /// The token is missing, wrong or over.
    pub fn unauthorized(text: impl Into<String>) -> Self {
        Self::new(Problem::Unauthorized, text)
    }

    pub(crate) fn lock_lost() -> Self {
        let text = "The lock supplied is invalid. Either the lock expired, or the message has already been \
                    removed from the queue.";
        Self::new(Problem::LockLost, text)
    }
}
