//! `userIdentity`: who made a call, as CloudTrail tells it.
//!
//! Learned from the page "CloudTrail userIdentity element" and from real records: a service event
//! has no `type`, a session of an IAM user has an empty `sessionIssuer`, an AWS service has nothing
//! but `invokedBy`. Everything is therefore optional here; [`Actor`](crate::Actor) makes one person
//! or service out of it. Only `sessionIssuer.arn` keeps a role's path and cannot be chosen by the
//! caller: no guard looks at a session name, a principal id or a user agent.

use crate::Flag;
use crate::object::object;
use serde_json::value::RawValue;

object! {
    /// Who made the call.
    pub struct UserIdentity {
        /// Read it with [`UserIdentity::kind`]; absent in service events.
        type_name: String = "type",
        /// The unique id, for a role session with `:` and the session name behind it.
        principal_id: String = "principalId",
        /// For a role session an STS ARN, which drops the role's path.
        arn: String = "arn",
        /// The account the credentials belong to.
        account_id: String = "accountId",
        /// May be empty.
        access_key_id: String = "accessKeyId",
        /// Of an IAM user; a role's name is in the session issuer.
        user_name: String = "userName",
        /// The session the credentials belong to.
        session_context: Box<SessionContext> = "sessionContext",
        /// The AWS service that made the call, for itself or for the identity described here.
        invoked_by: String = "invokedBy",
        /// The product partner that made the call by a delegation.
        invoked_by_delegate: Box<InvokedByDelegate> = "invokedByDelegate",
        /// The IAM Identity Center user on whose behalf the call was made.
        on_behalf_of: Box<OnBehalfOf> = "onBehalfOf",
        /// The resource whose credentials these are, as of a Lambda function.
        in_scope_of: Box<InScopeOf> = "inScopeOf",
        /// The bearer token's id, for an IAM Identity Center user.
        credential_id: String = "credentialId",
        /// The identity provider, for web and SAML identities.
        identity_provider: String = "identityProvider",
    }
}

object! {
    /// A session: the one who opened it, and how.
    pub struct SessionContext {
        /// Who issued the session; often `{}`.
        session_issuer: SessionIssuer = "sessionIssuer",
        /// The web identity behind it; often `{}`.
        web_id_federation_data: WebIdFederationData = "webIdFederationData",
        /// When and how.
        attributes: SessionAttributes = "attributes",
        /// The same as spelled in 2017.
        attributes_upper: SessionAttributes = "Attributes",
        /// The name that stays the same through role chaining.
        source_identity: String = "sourceIdentity",
        /// `1.0` or `2.0`: the version of the instance metadata service that delivered the credentials.
        ec2_role_delivery: String = "ec2RoleDelivery",
        /// Whether it is a session of `AssumeRoot`.
        assumed_root: Flag = "assumedRoot",
    }
}

object! {
    /// The role, user or root that issued a session's credentials.
    pub struct SessionIssuer {
        /// `Role`, `IAMUser` or `Root`.
        type_name: String = "type",
        /// The role's or user's name.
        user_name: String = "userName",
        /// The role's or user's unique id.
        principal_id: String = "principalId",
        /// The IAM ARN, with the path kept.
        arn: String = "arn",
        /// The issuer's account.
        account_id: String = "accountId",
    }
}

object! {
    /// The web identity that a session was opened with.
    pub struct WebIdFederationData {
        /// As in `www.amazon.com`, or an OpenID Connect provider's ARN.
        federated_provider: String = "federatedProvider",
        /// What the provider said; an object in real records.
        attributes: Box<RawValue> = "attributes",
    }
}

object! {
    /// When a session was opened, and whether with a second factor.
    pub struct SessionAttributes {
        /// RFC 3339.
        creation_date: String = "creationDate",
        /// Text in every record seen.
        mfa_authenticated: Flag = "mfaAuthenticated",
    }
}

object! {
    /// The partner that called by a delegation.
    pub struct InvokedByDelegate {
        /// The partner's account.
        account_id: String = "accountId",
    }
}

object! {
    /// The IAM Identity Center user on whose behalf a call was made.
    pub struct OnBehalfOf {
        /// The user's id in the identity store.
        user_id: String = "userId",
        /// The identity store.
        identity_store_arn: String = "identityStoreArn",
    }
}

object! {
    /// The resource whose credentials were used.
    pub struct InScopeOf {
        /// As a function's ARN.
        source_arn: String = "sourceArn",
        /// The resource's account.
        source_account: String = "sourceAccount",
        /// As in `AWS::Lambda::Function`.
        issuer_type: String = "issuerType",
        /// The session the credentials were issued to.
        credentials_issued_to: String = "credentialsIssuedTo",
    }
}

/// `userIdentity.type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityType {
    /// The account's root user.
    Root,
    /// An IAM user with its own credentials.
    IamUser,
    /// A session of a role.
    AssumedRole,
    /// A role itself.
    Role,
    /// A session of `GetFederationToken`.
    FederatedUser,
    /// A user of AWS Directory Service.
    Directory,
    /// Another account.
    AwsAccount,
    /// An AWS service.
    AwsService,
    /// An IAM Identity Center user.
    IdentityCenterUser,
    /// Someone who signed in by SAML.
    SamlUser,
    /// Someone who signed in by OpenID Connect.
    WebIdentityUser,
    /// CloudTrail could not tell.
    Unknown,
    /// A type this version does not know.
    Other(String),
}

impl UserIdentity {
    /// The role behind a session, with its path; otherwise the identity's own ARN. Who opens sessions chooses
    /// their names, and not this.
    pub fn principal_arn(&self) -> Option<&str> {
        self.session_issuer().and_then(|issuer| issuer.arn.text()).or_else(|| self.arn.text())
    }

    /// The identity's type, if it says one.
    pub fn kind(&self) -> Option<IdentityType> {
        Some(match self.type_name.text()? {
            "Root" => IdentityType::Root,
            "IAMUser" => IdentityType::IamUser,
            "AssumedRole" => IdentityType::AssumedRole,
            "Role" => IdentityType::Role,
            "FederatedUser" => IdentityType::FederatedUser,
            "Directory" => IdentityType::Directory,
            "AWSAccount" => IdentityType::AwsAccount,
            "AWSService" => IdentityType::AwsService,
            "IdentityCenterUser" => IdentityType::IdentityCenterUser,
            "SAMLUser" => IdentityType::SamlUser,
            "WebIdentityUser" => IdentityType::WebIdentityUser,
            "Unknown" => IdentityType::Unknown,
            other => IdentityType::Other(other.to_owned()),
        })
    }

    /// The session's issuer, if there is a session that says something about it.
    pub fn session_issuer(&self) -> Option<&SessionIssuer> {
        self.session_context.get()?.session_issuer.get()
    }

    /// The session's name: what follows the last `/` of the ARN, or the `:` of the principal id.
    /// Whoever opened the session chose it.
    pub fn session_name(&self) -> Option<&str> {
        let from_arn = || self.arn.text()?.splitn(3, '/').nth(2);
        let from_id = || self.principal_id.text()?.split_once(':').map(|(_, name)| name);
        from_arn().or_else(from_id).filter(|name| !name.is_empty())
    }
}
