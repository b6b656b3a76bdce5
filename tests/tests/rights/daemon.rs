//! The daemon's role: what its calls need, and not a thing more.

use bennu_ports::Call;

use crate::calls::{Needs, Owner, needs};
use crate::policy::{Policy, Request, matches};
use crate::shipped::{
    ACCOUNT, BUCKET, DAEMON_ROLE, INSTALLATION, REGION, SERVICE_ROLE, hub, roles,
};

fn daemon() -> Policy {
    roles("offered").policy_of("DaemonRole")
}

fn requests(of: &Owner) -> Vec<(Call, Request)> {
    let of_call = |call: &Call| match needs(*call, of) {
        Needs::Aws(requests) => requests,
        Needs::Nothing | Needs::Octopus(_) => Vec::new(),
    };
    let calls = Call::ALL.iter();
    calls
        .flat_map(|call| of_call(call).into_iter().map(|request| (*call, request)))
        .collect()
}

#[test]
fn every_call_may_do_what_it_needs_to_our_things() {
    let (daemon, ours) = (daemon(), Owner::new(INSTALLATION));
    for (call, request) in requests(&ours) {
        assert!(daemon.allows(&request), "{call} is refused: {request:#?}");
    }
    for call in Call::ALL {
        let is_octopus = call.as_str().starts_with("octopus:");
        let needs = needs(*call, &ours);
        assert_eq!(matches!(needs, Needs::Octopus(_)), is_octopus, "{call}");
    }
}

/// What is shared between the installations of an account: looks that know no names, and the
/// one role that CloudFormation has.
fn is_of_everybody(request: &Request) -> bool {
    request.resource == "*" || request.action == "iam:PassRole" || request.action == "kms:Decrypt"
}

#[test]
fn the_things_of_another_installation_are_left_alone() {
    let daemon = daemon();
    for (call, request) in requests(&Owner::new("prod")) {
        let expected = is_of_everybody(&request);
        assert_eq!(daemon.allows(&request), expected, "{call}: {request:#?}");
    }
}

/// `bennu-dev-*` is also what the names of an installation `dev-2` look like. Tags tell them
/// apart where AWS shows them to a policy: not for the group of an instance, and not for tags
/// that ride on a request that is itself refused.
#[test]
fn an_installation_whose_name_begins_with_ours_is_known_by_its_tag() {
    let daemon = daemon();
    for (call, request) in requests(&Owner::new("dev-2")) {
        let by_name = ["ec2:GetConsoleOutput", "cloudformation:TagResource"];
        let expected = is_of_everybody(&request) || by_name.contains(&request.action.as_str());
        assert_eq!(daemon.allows(&request), expected, "{call}: {request:#?}");
    }
}

#[test]
fn stacks_are_made_and_ended_with_the_one_service_role() {
    let daemon = daemon();
    let calls = [
        Call::CreateStack,
        Call::CreateChangeSet,
        Call::ContinueUpdateRollback,
        Call::RollbackStack,
        Call::DeleteStack,
    ];
    let ours = Owner::new(INSTALLATION);
    for call in calls {
        let Needs::Aws(mut requests) = needs(call, &ours) else {
            panic!("{call} is a call to AWS");
        };
        let request = requests.swap_remove(0);
        let admin = format!("arn:aws:iam::{ACCOUNT}:role/admin");
        let other = request.clone().with("cloudformation:RoleArn", admin);
        assert!(!daemon.allows(&other), "{call} with another role");
        let mut none = request;
        none.context.remove("cloudformation:RoleArn");
        assert!(!daemon.allows(&none), "{call} without a role");
    }
}

/// Ways to more than was given, or to what is not ours. Each is refused with every condition
/// key that could help it.
#[test]
fn there_is_no_way_up() {
    let stack = format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/bennu-dev-a-1/1");
    let foreign = format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/payroll/1");
    let elsewhere = format!("arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/bennu-dev-a-1/1");
    let abroad = format!("arn:aws:cloudformation:{REGION}:111111111111:stack/bennu-dev-a-1/1");
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let bucket = format!("arn:aws:s3:::{BUCKET}");
    let object = |key: &str| format!("arn:aws:s3:::{BUCKET}/{key}");
    let secret =
        |name: &str| format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-a1B2c3");
    let instance = format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0abc");
    let escalations = [
        ("iam:CreateUser", format!("arn:aws:iam::{ACCOUNT}:user/eve")),
        (
            "iam:CreateAccessKey",
            format!("arn:aws:iam::{ACCOUNT}:user/root"),
        ),
        ("iam:CreateRole", role("bennu-dev-x")),
        ("iam:PutRolePolicy", DAEMON_ROLE.to_owned()),
        ("iam:PutRolePolicy", SERVICE_ROLE.to_owned()),
        ("iam:AttachRolePolicy", DAEMON_ROLE.to_owned()),
        ("iam:UpdateAssumeRolePolicy", SERVICE_ROLE.to_owned()),
        ("iam:DeleteRolePermissionsBoundary", role("bennu-dev-x")),
        (
            "iam:CreatePolicyVersion",
            format!("arn:aws:iam::{ACCOUNT}:policy/any"),
        ),
        ("iam:PassRole", role("admin")),
        ("iam:PassRole", DAEMON_ROLE.to_owned()),
        ("sts:AssumeRole", role("admin")),
        ("sts:AssumeRole", SERVICE_ROLE.to_owned()),
        ("cloudformation:CreateStack", foreign.clone()),
        ("cloudformation:CreateStack", elsewhere.clone()),
        ("cloudformation:DeleteStack", foreign.clone()),
        ("cloudformation:DeleteStack", abroad),
        ("cloudformation:CreateChangeSet", foreign.clone()),
        ("cloudformation:ExecuteChangeSet", foreign.clone()),
        ("cloudformation:CancelUpdateStack", elsewhere),
        ("cloudformation:UpdateStack", stack.clone()),
        ("cloudformation:SetStackPolicy", stack.clone()),
        ("cloudformation:UpdateTerminationProtection", stack.clone()),
        ("cloudformation:GetTemplate", foreign),
        ("cloudformation:SignalResource", stack),
        ("cloudformation:CreateStackSet", "*".to_owned()),
        ("cloudformation:RegisterType", "*".to_owned()),
        ("ec2:RunInstances", instance.clone()),
        ("ec2:TerminateInstances", instance.clone()),
        ("ec2:StopInstances", instance.clone()),
        ("ec2:GetPasswordData", instance.clone()),
        ("ec2:DescribeInstanceAttribute", instance),
        ("ec2:AuthorizeSecurityGroupIngress", "*".to_owned()),
        ("ec2:CreateTags", "*".to_owned()),
        ("autoscaling:UpdateAutoScalingGroup", "*".to_owned()),
        ("s3:PutBucketPolicy", bucket.clone()),
        ("s3:DeleteBucket", bucket.clone()),
        ("s3:PutLifecycleConfiguration", bucket.clone()),
        ("s3:ListBucket", bucket),
        ("s3:GetObject", object("payroll/secret")),
        ("s3:PutObject", object("bennu/dev-2/x/package.zip")),
        (
            "s3:DeleteObject",
            "arn:aws:s3:::another/bennu/dev/x".to_owned(),
        ),
        ("s3:PutObjectAcl", object("bennu/dev/x")),
        ("secretsmanager:GetSecretValue", secret("payroll")),
        (
            "secretsmanager:GetSecretValue",
            secret("bennu-instances/dev/octopus"),
        ),
        ("secretsmanager:GetSecretValue", secret("bennu/dev-2/x")),
        ("secretsmanager:PutSecretValue", secret("bennu/dev/x")),
        ("secretsmanager:ListSecrets", "*".to_owned()),
        (
            "kms:Decrypt",
            format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/another"),
        ),
        ("kms:CreateGrant", crate::shipped::KEY.to_owned()),
        ("ssm:GetParameter", "*".to_owned()),
        ("ssm:StartSession", "*".to_owned()),
        ("lambda:CreateFunction", "*".to_owned()),
        ("organizations:LeaveOrganization", "*".to_owned()),
    ];
    let daemon = daemon();
    for (action, resource) in escalations {
        let request = Request::new(action, resource)
            .with("aws:RequestedRegion", REGION)
            .with("aws:RequestTag/bennu:installation", INSTALLATION)
            .with("aws:ResourceTag/bennu:installation", INSTALLATION)
            .with("cloudformation:RoleArn", SERVICE_ROLE)
            .with("iam:PassedToService", "cloudformation.amazonaws.com")
            .with(
                "kms:ViaService",
                format!("secretsmanager.{REGION}.amazonaws.com"),
            )
            .with("s3:prefix", "payroll/");
        assert!(!daemon.allows(&request), "allowed: {request:#?}");
    }
}

/// Rights that no call sends by its own name, and why they are there.
const BESIDES: [(&str, &str); 1] = [(
    "ec2:DescribeImages",
    "CloudFormation checks parameters of the type AWS::EC2::Image::Id, and it was not tried \
     whether it does so as the caller or as the service role",
)];

#[test]
fn nothing_is_allowed_that_no_call_needs() {
    let daemon = daemon();
    let needed = requests(&Owner::new(INSTALLATION));
    for action in daemon.allowed_actions() {
        assert!(
            !action.contains('*'),
            "{action} allows what nobody thought of"
        );
        let is_needed = needed
            .iter()
            .any(|(_, request)| matches(action, &request.action));
        let besides = BESIDES.iter().find(|(besides, _)| *besides == action);
        assert!(
            is_needed || besides.is_some(),
            "{action}: no call needs it; take it out, or write down here why it is there"
        );
        assert!(!is_needed || besides.is_none(), "{action} is no exception");
    }
}

#[test]
fn the_hub_can_become_the_daemon_of_a_target_and_nothing_else() {
    let hub = hub().policy_of("HubRole");
    assert!(hub.allows(&Request::new("sts:AssumeRole", DAEMON_ROLE)));
    let another = DAEMON_ROLE.replace("daemon-dev", "daemon-prod");
    assert!(!hub.allows(&Request::new("sts:AssumeRole", another)));
    assert!(!hub.allows(&Request::new("sts:AssumeRole", SERVICE_ROLE)));
    assert_eq!(hub.allowed_actions(), ["sts:AssumeRole"]);
}
