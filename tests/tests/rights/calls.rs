//! Each call that the adapters make, as the requests that AWS holds against policies. The
//! match has no wildcard: a new call does not compile without its rights.

use bennu_model::ids::{EnvironmentName, EnvironmentUid, InstallationId};
use bennu_model::names::{ObjectKind, digest_of, object_key, object_prefix, stack_name};
use bennu_ports::Call;

use crate::policy::Request;
use crate::shipped::{ACCOUNT, BUCKET, REGION, SERVICE_ROLE};

/// Whose things a request is about.
#[derive(Debug, Clone)]
pub struct Owner {
    pub installation: InstallationId,
    /// What the installation's stacks work with.
    pub service_role: String,
}

/// What a call needs.
pub enum Needs {
    /// Rights in AWS: every one of these requests.
    Aws(Vec<Request>),
    /// No right at all: AWS answers anybody.
    Nothing,
    /// Permissions in the space; empty where the server asks for none.
    Octopus(&'static [&'static str]),
}

impl Owner {
    pub fn new(installation: &str) -> Self {
        Self {
            installation: InstallationId::new(installation).unwrap(),
            service_role: SERVICE_ROLE.to_owned(),
        }
    }

    fn uid() -> EnvironmentUid {
        EnvironmentUid::new("00112233445566aa").unwrap()
    }

    fn stack_name(&self) -> String {
        let name = EnvironmentName::new("ryan0001").unwrap();
        stack_name(&self.installation, &name, &Self::uid()).to_string()
    }

    /// A request about the stack, once there is one.
    fn stack(&self, action: &str) -> Request {
        let name = self.stack_name();
        let arn = format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/6c1d");
        Request::new(action, arn).with(
            "aws:ResourceTag/bennu:installation",
            self.installation.as_str(),
        )
    }

    /// A request that names the role that CloudFormation works with.
    fn by_role(&self, action: &str) -> Request {
        self.stack(action)
            .with("cloudformation:RoleArn", &self.service_role)
    }

    /// What declares a stack, with all that AWS asks for besides.
    fn declares(&self, create: &str, request: Request) -> Vec<Request> {
        let tag = "aws:RequestTag/bennu:installation";
        let request = request.with(tag, self.installation.as_str());
        let tags = Request::new("cloudformation:TagResource", &request.resource)
            .with("cloudformation:CreateAction", create);
        let template = self.object("s3:GetObject", ObjectKind::Template);
        let pass = Request::new("iam:PassRole", &self.service_role)
            .with("iam:PassedToService", "cloudformation.amazonaws.com");
        vec![request, tags, template, pass]
    }

    fn create_stack(&self) -> Vec<Request> {
        let mut request = self.by_role("cloudformation:CreateStack");
        // There is no stack yet, so nothing has a tag.
        request.context.remove("aws:ResourceTag/bennu:installation");
        self.declares("CreateStack", request)
    }

    fn ends_by_role(&self, action: &str) -> Vec<Request> {
        let pass = Request::new("iam:PassRole", &self.service_role)
            .with("iam:PassedToService", "cloudformation.amazonaws.com");
        vec![self.by_role(action), pass]
    }

    fn object(&self, action: &str, kind: ObjectKind) -> Request {
        let key = object_key(&self.installation, &Self::uid(), kind, &digest_of(b"it"));
        Request::new(action, format!("arn:aws:s3:::{BUCKET}/{key}"))
    }

    fn objects(&self, action: &str) -> Vec<Request> {
        let kinds = [
            ObjectKind::Template,
            ObjectKind::Package,
            ObjectKind::Configuration,
        ];
        kinds.map(|kind| self.object(action, kind)).to_vec()
    }

    fn instance(&self, action: &str) -> Request {
        let arn = format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0abc");
        let group = format!("{}-WebGroup-1ABC", self.stack_name());
        Request::new(action, arn).with("aws:ResourceTag/aws:autoscaling:groupName", group)
    }

    fn secret(&self) -> Vec<Request> {
        let name = format!("bennu/{}/checkout/greeting-a1B2c3", self.installation);
        let arn = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}");
        let decrypt = Request::new("kms:Decrypt", crate::shipped::KEY).with(
            "kms:ViaService",
            format!("secretsmanager.{REGION}.amazonaws.com"),
        );
        vec![Request::new("secretsmanager:GetSecretValue", arn), decrypt]
    }
}

/// A list, or a look at whatever there is under a name.
fn looks(actions: &[&str]) -> Needs {
    let look = |action: &&str| Request::new(action, "*").with("aws:RequestedRegion", REGION);
    Needs::Aws(actions.iter().map(look).collect())
}

/// What a call needs when it is about an owner's things.
pub fn needs(call: Call, of: &Owner) -> Needs {
    use Needs::{Aws, Nothing, Octopus};
    match call {
        Call::GetCallerIdentity => Nothing,
        Call::DescribeStacks => {
            looks(&["cloudformation:DescribeStacks", "cloudformation:ListStacks"])
        }
        Call::DescribeStackEvents => Aws(vec![of.stack("cloudformation:DescribeStackEvents")]),
        Call::DescribeChangeSet => Aws(vec![of.stack("cloudformation:DescribeChangeSet")]),
        Call::CreateStack => Aws(of.create_stack()),
        Call::CreateChangeSet => {
            let request = of.by_role("cloudformation:CreateChangeSet");
            Aws(of.declares("CreateChangeSet", request))
        }
        Call::ExecuteChangeSet => Aws(vec![of.stack("cloudformation:ExecuteChangeSet")]),
        Call::DeleteChangeSet => Aws(vec![of.stack("cloudformation:DeleteChangeSet")]),
        Call::CancelUpdateStack => Aws(vec![of.stack("cloudformation:CancelUpdateStack")]),
        Call::ContinueUpdateRollback => {
            Aws(of.ends_by_role("cloudformation:ContinueUpdateRollback"))
        }
        Call::RollbackStack => Aws(of.ends_by_role("cloudformation:RollbackStack")),
        Call::DeleteStack => Aws(of.ends_by_role("cloudformation:DeleteStack")),
        Call::DescribeAutoScalingGroups => looks(&["autoscaling:DescribeAutoScalingGroups"]),
        Call::DescribeInstances => looks(&["ec2:DescribeInstances"]),
        Call::ConsoleOutput => Aws(vec![of.instance("ec2:GetConsoleOutput")]),
        Call::GetSecretValue => Aws(of.secret()),
        Call::ListObjects => {
            let bucket = Request::new("s3:ListBucket", format!("arn:aws:s3:::{BUCKET}"));
            let prefix = object_prefix(&of.installation, &Owner::uid());
            Aws(vec![bucket.with("s3:prefix", prefix)])
        }
        Call::PutObject => Aws(of.objects("s3:PutObject")),
        Call::DeleteObjects => Aws(of.objects("s3:DeleteObject")),
        Call::ListTenants | Call::GetTenant => Octopus(&["TenantView"]),
        Call::CreateTenant => Octopus(&["TenantCreate", "EnvironmentView", "ProjectView"]),
        Call::UpdateTenant => Octopus(&["TenantEdit", "EnvironmentView", "ProjectView"]),
        Call::DeleteTenant => Octopus(&["TenantDelete"]),
        Call::TenantVariables => Octopus(&[
            "TenantView",
            "VariableView",
            "VariableViewUnscoped",
            "LibraryVariableSetView",
        ]),
        Call::UpdateTenantVariables => Octopus(&[
            "TenantEdit",
            "VariableEdit",
            "VariableEditUnscoped",
            "LibraryVariableSetView",
        ]),
        Call::ListMachines => Octopus(&["MachineView"]),
        Call::DeleteMachine => Octopus(&["MachineDelete"]),
        Call::ListProjects | Call::GetProject => Octopus(&["ProjectView"]),
        Call::ListEnvironments => Octopus(&["EnvironmentView"]),
        Call::ListSpaces => Octopus(&[]),
        Call::ListReleases | Call::GetReleaseByVersion | Call::ReleasesById => {
            Octopus(&["ReleaseView", "ProjectView"])
        }
        Call::ListDeployments => Octopus(&["DeploymentView"]),
        Call::CreateDeployment => Octopus(&[
            "DeploymentCreate",
            "EnvironmentView",
            "LifecycleView",
            "MachineView",
            "ProcessView",
            "ProjectView",
            "ReleaseView",
            "TenantView",
        ]),
        // Who may see that a deployment waits for a person sees it in its task.
        Call::ListTasks | Call::GetTaskDetails => Octopus(&["TaskView", "InterruptionView"]),
        Call::CancelTask => Octopus(&["TaskCancel"]),
        Call::UpdateProject => Octopus(&["ProjectEdit"]),
        Call::ListTriggers | Call::GetTrigger => Octopus(&["TriggerView"]),
        Call::CreateTrigger => Octopus(&["TriggerCreate"]),
        Call::UpdateTrigger => Octopus(&["TriggerEdit"]),
        Call::DeleteTrigger => Octopus(&["TriggerDelete"]),
        Call::ListMachinePolicies | Call::MachinePolicyTemplate | Call::GetMachinePolicy => {
            Octopus(&["MachinePolicyView"])
        }
        Call::CreateMachinePolicy => Octopus(&["MachinePolicyCreate"]),
        Call::UpdateMachinePolicy => Octopus(&["MachinePolicyEdit"]),
        Call::DeleteMachinePolicy => Octopus(&["MachinePolicyDelete"]),
    }
}
