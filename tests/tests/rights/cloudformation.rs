//! The role that CloudFormation works with, and the boundary of what it makes: enough for the
//! shipped templates, and no way out of them.

use std::collections::BTreeSet;
use std::fs;

use bennu_template::Template;

use crate::policy::{Policy, Request, matches};
use crate::shipped::{
    ACCOUNT, BOUNDARY, BUCKET, DAEMON_ROLE, INSTALLATION, KEY, REGION, SERVICE_ROLE, roles, top,
};

const STACK: &str = "bennu-dev-ryan0001-00112233445566aa";

/// What a type of resource needs from its creation to its end. Written by hand after what the
/// types' handlers are documented to call; that it is enough was not tried on the real AWS.
fn actions(kind: &str) -> (&'static [&'static str], String) {
    let ec2 = |name: &str| format!("arn:aws:ec2:{REGION}:{ACCOUNT}:{name}");
    let iam = |name: &str| format!("arn:aws:iam::{ACCOUNT}:{name}/{STACK}-It-1ABC");
    let scaling = |kind: &str| {
        format!("arn:aws:autoscaling:{REGION}:{ACCOUNT}:{kind}:0-1:{kind}Name/{STACK}-It-1ABC")
    };
    let balancing = |name: &str| format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:{name}");
    match kind {
        "AWS::EC2::SecurityGroup" => (
            &[
                "ec2:CreateSecurityGroup",
                "ec2:CreateTags",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:DeleteTags",
                "ec2:DeleteSecurityGroup",
            ],
            ec2("security-group/sg-1"),
        ),
        "AWS::EC2::LaunchTemplate" => (
            &[
                "ec2:CreateLaunchTemplate",
                "ec2:CreateTags",
                "ec2:CreateLaunchTemplateVersion",
                "ec2:ModifyLaunchTemplate",
                "ec2:DeleteLaunchTemplate",
            ],
            ec2("launch-template/lt-1"),
        ),
        "AWS::IAM::Role" => (
            &[
                "iam:CreateRole",
                "iam:PutRolePolicy",
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListRolePolicies",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
                "iam:UpdateAssumeRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:DeleteRolePolicy",
                "iam:DeleteRole",
                "iam:PassRole",
            ],
            iam("role"),
        ),
        "AWS::IAM::InstanceProfile" => (
            &[
                "iam:CreateInstanceProfile",
                "iam:GetInstanceProfile",
                "iam:AddRoleToInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
                "iam:DeleteInstanceProfile",
            ],
            iam("instance-profile"),
        ),
        "AWS::AutoScaling::LaunchConfiguration" => (
            &[
                "autoscaling:CreateLaunchConfiguration",
                "autoscaling:DeleteLaunchConfiguration",
            ],
            scaling("launchConfiguration"),
        ),
        "AWS::AutoScaling::AutoScalingGroup" => (
            &[
                "autoscaling:CreateAutoScalingGroup",
                "autoscaling:UpdateAutoScalingGroup",
                "autoscaling:CreateOrUpdateTags",
                "autoscaling:DeleteTags",
                "autoscaling:SuspendProcesses",
                "autoscaling:ResumeProcesses",
                "autoscaling:TerminateInstanceInAutoScalingGroup",
                "autoscaling:AttachLoadBalancerTargetGroups",
                "autoscaling:DetachLoadBalancerTargetGroups",
                "autoscaling:DeleteAutoScalingGroup",
            ],
            scaling("autoScalingGroup"),
        ),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => (
            &[
                "elasticloadbalancing:CreateLoadBalancer",
                "elasticloadbalancing:AddTags",
                "elasticloadbalancing:CreateListener",
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
                "elasticloadbalancing:SetSecurityGroups",
                "elasticloadbalancing:SetSubnets",
                "elasticloadbalancing:RemoveTags",
                "elasticloadbalancing:DeleteLoadBalancer",
            ],
            balancing("loadbalancer/app/bennu-Balan-1ABC/1"),
        ),
        "AWS::ElasticLoadBalancingV2::TargetGroup" => (
            &[
                "elasticloadbalancing:CreateTargetGroup",
                "elasticloadbalancing:AddTags",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:DeleteTargetGroup",
            ],
            balancing("targetgroup/bennu-WebTa-1ABC/1"),
        ),
        "AWS::ElasticLoadBalancingV2::Listener" => (
            &[
                "elasticloadbalancing:ModifyListener",
                "elasticloadbalancing:DeleteListener",
            ],
            balancing("listener/app/bennu-Balan-1ABC/1/2"),
        ),
        other => panic!(
            "a shipped template makes {other}: say here what that needs, and allow it in \
             deploy/aws/roles.yaml"
        ),
    }
}

fn templates() -> Vec<Template> {
    let folders = fs::read_dir(top().join("templates")).unwrap();
    let read = |folder: std::path::PathBuf| fs::read_to_string(folder.join("template.yaml"));
    let texts = folders.map(|folder| read(folder.unwrap().path()).unwrap());
    texts.map(|text| Template::parse(&text).unwrap()).collect()
}

/// A request with the tags of our stacks, on it and on what it is about.
fn tagged(action: &str, resource: &str) -> Request {
    Request::new(action, resource)
        .with("aws:RequestedRegion", REGION)
        .with("aws:RequestTag/bennu:installation", INSTALLATION)
        .with("aws:ResourceTag/bennu:installation", INSTALLATION)
        .with("iam:PassedToService", "ec2.amazonaws.com")
}

fn of_templates() -> Vec<Request> {
    let templates = templates();
    let kinds: BTreeSet<_> = templates
        .iter()
        .flat_map(|template| template.resources.values())
        .map(|resource| resource.kind.as_str())
        .collect();
    let requests = kinds.into_iter().flat_map(|kind| {
        let (actions, resource) = actions(kind);
        let request = |action: &&str| tagged(action, &resource);
        actions.iter().map(request).collect::<Vec<_>>()
    });
    requests.collect()
}

/// What is asked for besides, of no resource of a template.
fn besides() -> Vec<Request> {
    let linked = |service: &str| {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/{service}/AWSServiceRole");
        Request::new("iam:CreateServiceLinkedRole", arn).with("iam:AWSServiceName", service)
    };
    let launch = format!("arn:aws:ec2:{REGION}:{ACCOUNT}:launch-template/lt-1");
    let secret = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:bennu/dev/db-a1B2c3");
    let tags = Request::new(
        "ec2:CreateTags",
        format!("arn:aws:ec2:{REGION}:{ACCOUNT}:volume/*"),
    );
    vec![
        linked("autoscaling.amazonaws.com"),
        linked("elasticloadbalancing.amazonaws.com"),
        Request::new("ec2:RunInstances", "*").with("ec2:LaunchTemplate", launch),
        tags.with("ec2:CreateAction", "RunInstances"),
        Request::new("secretsmanager:GetSecretValue", secret),
        Request::new("kms:Decrypt", KEY).with(
            "kms:ViaService",
            format!("secretsmanager.{REGION}.amazonaws.com"),
        ),
    ]
}

fn service(boundary: &str) -> Policy {
    roles(boundary).policy_of("ServiceRole")
}

#[test]
fn the_shipped_templates_can_be_made_changed_and_ended() {
    let service = service("offered");
    for request in of_templates().into_iter().chain(besides()) {
        assert!(service.allows(&request), "refused: {request:#?}");
    }
}

#[test]
fn nothing_is_allowed_that_no_template_needs() {
    let needed: Vec<_> = of_templates().into_iter().chain(besides()).collect();
    for action in service("offered").allowed_actions() {
        let (_, verb) = action.split_once(':').unwrap();
        // Reads that every handler makes to see how far a thing is.
        let is_look = verb.starts_with("Describe");
        assert!(is_look || !action.contains('*'), "{action}");
        let is_needed = needed
            .iter()
            .any(|request| matches(action, &request.action));
        assert!(
            is_look || is_needed,
            "{action}: no resource of a template needs it"
        );
    }
}

#[test]
fn a_stack_cannot_change_what_no_stack_of_ours_made() {
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let ec2 = |name: &str| format!("arn:aws:ec2:{REGION}:{ACCOUNT}:{name}");
    let group = format!(
        "arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:0-1:autoScalingGroupName/payroll"
    );
    let balancer =
        format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/payroll/1");
    let refused = [
        ("iam:PutRolePolicy", role("admin")),
        ("iam:PutRolePolicy", DAEMON_ROLE.to_owned()),
        ("iam:PutRolePolicy", SERVICE_ROLE.to_owned()),
        ("iam:UpdateAssumeRolePolicy", SERVICE_ROLE.to_owned()),
        ("iam:UpdateAssumeRolePolicy", role("admin")),
        ("iam:CreateRole", role("admin")),
        ("iam:DeleteRole", DAEMON_ROLE.to_owned()),
        ("iam:AttachRolePolicy", role("bennu-dev-x")),
        ("iam:DeleteRolePermissionsBoundary", role("bennu-dev-x")),
        ("iam:PutRolePermissionsBoundary", role("bennu-dev-x")),
        ("iam:PassRole", role("admin")),
        ("iam:PassRole", SERVICE_ROLE.to_owned()),
        (
            "iam:CreateUser",
            format!("arn:aws:iam::{ACCOUNT}:user/bennu-dev-x"),
        ),
        ("iam:CreatePolicyVersion", BOUNDARY.to_owned()),
        (
            "iam:CreateServiceLinkedRole",
            role("aws-service-role/other/x"),
        ),
        ("sts:AssumeRole", role("admin")),
        (
            "ec2:AuthorizeSecurityGroupIngress",
            ec2("security-group/sg-2"),
        ),
        ("ec2:DeleteSecurityGroup", ec2("security-group/sg-2")),
        ("ec2:DeleteLaunchTemplate", ec2("launch-template/lt-2")),
        ("ec2:CreateTags", ec2("instance/i-1")),
        ("ec2:RunInstances", "*".to_owned()),
        ("ec2:TerminateInstances", ec2("instance/i-1")),
        ("autoscaling:UpdateAutoScalingGroup", group.clone()),
        ("autoscaling:DeleteAutoScalingGroup", group),
        ("elasticloadbalancing:DeleteLoadBalancer", balancer.clone()),
        ("elasticloadbalancing:AddTags", balancer),
        ("s3:GetObject", format!("arn:aws:s3:::{BUCKET}/bennu/dev/x")),
        ("lambda:CreateFunction", "*".to_owned()),
    ];
    let service = service("offered");
    for (action, resource) in refused {
        // A foreign thing has none of our tags.
        let request = Request::new(action, resource)
            .with("aws:RequestedRegion", REGION)
            .with("iam:PassedToService", "ec2.amazonaws.com");
        assert!(!service.allows(&request), "allowed: {request:#?}");
    }
    let to_lambda = tagged("iam:PassRole", &role(&format!("{STACK}-It-1ABC")));
    assert!(service.allows(&to_lambda));
    assert!(!service.allows(&to_lambda.with("iam:PassedToService", "lambda.amazonaws.com")));
}

/// Who may write a template could give a role any right, were it not for the boundary.
#[test]
fn where_it_is_required_no_role_comes_without_the_boundary() {
    let (service, roles) = (service("required"), roles("required"));
    let role = format!("arn:aws:iam::{ACCOUNT}:role/{STACK}-It-1ABC");
    for action in ["iam:CreateRole", "iam:PutRolePolicy"] {
        let bare = tagged(action, &role);
        assert!(!service.allows(&bare), "{action} without a boundary");
        let with = |boundary: &str| bare.clone().with("iam:PermissionsBoundary", boundary);
        assert!(service.allows(&with(BOUNDARY)));
        let another = format!("arn:aws:iam::{ACCOUNT}:policy/bennu/all");
        assert!(!service.allows(&with(&another)));
    }
    let boundary = roles.managed("InstanceBoundary");
    let stack = format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1");
    let secret =
        |name: &str| format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-a1B2c3");
    for (action, resource) in [
        ("cloudformation:DescribeStackResource", stack.clone()),
        ("cloudformation:SignalResource", stack.clone()),
        (
            "s3:GetObject",
            format!("arn:aws:s3:::{BUCKET}/bennu/dev/x/package.zip"),
        ),
        (
            "secretsmanager:GetSecretValue",
            secret("bennu-instances/dev/octopus"),
        ),
        (
            "secretsmanager:GetSecretValue",
            secret("bennu/dev/database"),
        ),
    ] {
        assert!(boundary.allows(&Request::new(action, resource)), "{action}");
    }
    for (action, resource) in [
        ("cloudformation:DeleteStack", stack),
        (
            "s3:PutObject",
            format!("arn:aws:s3:::{BUCKET}/bennu/dev/x/package.zip"),
        ),
        (
            "s3:GetObject",
            format!("arn:aws:s3:::{BUCKET}/bennu/prod/x/package.zip"),
        ),
        ("secretsmanager:GetSecretValue", secret("payroll")),
        ("sts:AssumeRole", DAEMON_ROLE.to_owned()),
        ("iam:CreateUser", format!("arn:aws:iam::{ACCOUNT}:user/eve")),
    ] {
        assert!(
            !boundary.allows(&Request::new(action, resource)),
            "{action}"
        );
    }
}
