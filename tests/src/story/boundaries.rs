//! Watches every boundary that a story crosses, numbers the crossings, and disturbs one of
//! them: the replica dies there, a request or its reply is lost, or a client is not answered.

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use async_trait::async_trait;
use bennu_engine::gate::Probe;
use bennu_ports::{Boundary, Call, Commit, Moment};
use bennu_sim::World;
use bennu_sim::doors::serve::Sim;
use bennu_sim::faults::Fault;

/// What is crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crossing {
    /// A boundary of the engine's.
    Engine(Boundary),
    /// What a client asked of the API is committed, and is about to be acknowledged.
    Client(&'static str),
}

/// What happens at one crossing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disturbance {
    /// The replica dies.
    Death,
    /// The request that is about to be sent never arrives, and nobody answers.
    RequestLost,
    /// The request that is about to be sent arrives, and its reply does not.
    ReplyLost,
    /// The client is not answered, and asks again.
    AskedAgain,
}

/// Looks at the world wherever a call may have changed it; tells what is wrong.
pub type Inspector = fn(&mut World) -> Vec<String>;

/// Watches every boundary that a story crosses.
pub struct Boundaries {
    sim: Sim,
    inspector: Inspector,
    disturbance: Option<(usize, Disturbance)>,
    state: Mutex<State>,
    /// What comes between a pass and the opening of its attempts.
    interlude: Mutex<Option<Interlude>>,
}

/// Something that somebody else does while a pass is under way.
type Interlude = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
struct State {
    crossed: Vec<Crossing>,
    is_dead: bool,
    wrongs: Vec<String>,
}

impl Boundaries {
    /// Disturbs the crossing of that number, if one is given, and inspects the world after
    /// every call that may have changed it.
    pub fn new(
        sim: Sim,
        inspector: Inspector,
        disturbance: Option<(usize, Disturbance)>,
    ) -> Arc<Self> {
        Arc::new(Self {
            sim,
            inspector,
            disturbance,
            state: Mutex::default(),
            interlude: Mutex::default(),
        })
    }

    /// This happens when the next pass is about to open its attempts.
    pub(super) fn before_attempts(&self, interlude: impl Future<Output = ()> + Send + 'static) {
        *self.awaited() = Some(Box::pin(interlude));
    }

    fn awaited(&self) -> MutexGuard<'_, Option<Interlude>> {
        self.interlude
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that was crossed, in order.
    pub fn crossed(&self) -> Vec<Crossing> {
        self.state().crossed.clone()
    }

    /// How many crossings there were.
    pub fn count(&self) -> usize {
        self.state().crossed.len()
    }

    /// What the inspector found, each once.
    pub fn wrongs(&self) -> Vec<String> {
        self.state().wrongs.clone()
    }

    /// A client's request is committed. `true`: it is not acknowledged, and the client asks
    /// again.
    pub(super) fn committed(&self, request: &'static str) -> bool {
        self.cross(Crossing::Client(request)) == Some(Disturbance::AskedAgain)
    }

    /// Runs `life` to its end, or to the death of the replica that lives it: then all that it
    /// held in memory is dropped, and this is `None`.
    pub(super) async fn live<T>(&self, life: impl Future<Output = T>) -> Option<T> {
        let mut life = pin!(life);
        poll_fn(|context| match life.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.state().is_dead => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// The dead are buried: whoever lives crosses boundaries again.
    pub(super) fn bury(&self) {
        self.state().is_dead = false;
    }

    fn cross(&self, crossing: Crossing) -> Option<Disturbance> {
        let mut state = self.state();
        let number = state.crossed.len();
        state.crossed.push(crossing);
        let (at, disturbance) = self.disturbance?;
        (at == number).then_some(disturbance)
    }

    fn inspect(&self) {
        let found = self.sim.with(self.inspector);
        let mut state = self.state();
        for wrong in found {
            if !state.wrongs.contains(&wrong) {
                state.wrongs.push(wrong);
            }
        }
    }

    fn fault(&self, name: &str) {
        let fault = Fault {
            name: name.to_owned(),
            times: Some(1),
            ..Fault::default()
        };
        let added = self.sim.with(|world| world.faults.add(fault));
        debug_assert_eq!(added, Ok(()), "the simulator knows the fault");
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Probe for Boundaries {
    async fn at(&self, boundary: Boundary) {
        if self.state().is_dead {
            // The other calls of the same pass: they die with it.
            return pending().await;
        }
        if let Boundary::Call(call, Moment::After) = boundary
            && changes(call)
        {
            self.inspect();
        }
        if boundary == Boundary::Commit(Commit::OpenAttempts, Moment::Before) {
            let interlude = self.awaited().take();
            if let Some(interlude) = interlude {
                interlude.await;
            }
        }
        match self.cross(Crossing::Engine(boundary)) {
            Some(Disturbance::Death) => {
                self.state().is_dead = true;
                pending().await
            }
            Some(Disturbance::RequestLost) => self.fault("error"),
            Some(Disturbance::ReplyLost) => self.fault("lose_reply"),
            Some(Disturbance::AskedAgain) | None => {}
        }
    }
}

/// Whether a call changes anything at its provider.
pub fn changes(call: Call) -> bool {
    match call {
        Call::CreateStack
        | Call::CreateChangeSet
        | Call::ExecuteChangeSet
        | Call::DeleteChangeSet
        | Call::CancelUpdateStack
        | Call::ContinueUpdateRollback
        | Call::RollbackStack
        | Call::DeleteStack
        | Call::PutObject
        | Call::DeleteObjects
        | Call::CreateTenant
        | Call::UpdateTenant
        | Call::DeleteTenant
        | Call::UpdateTenantVariables
        | Call::DeleteMachine
        | Call::CreateDeployment
        | Call::CancelTask
        | Call::UpdateProject
        | Call::CreateTrigger
        | Call::UpdateTrigger
        | Call::DeleteTrigger
        | Call::CreateMachinePolicy
        | Call::UpdateMachinePolicy
        | Call::DeleteMachinePolicy => true,
        Call::GetCallerIdentity
        | Call::DescribeStacks
        | Call::DescribeStackEvents
        | Call::DescribeChangeSet
        | Call::DescribeAutoScalingGroups
        | Call::DescribeInstances
        | Call::ConsoleOutput
        | Call::GetSecretValue
        | Call::ListObjects
        | Call::ListTenants
        | Call::GetTenant
        | Call::TenantVariables
        | Call::ListMachines
        | Call::ListProjects
        | Call::ListEnvironments
        | Call::ListSpaces
        | Call::ListReleases
        | Call::GetReleaseByVersion
        | Call::ReleasesById
        | Call::ListDeployments
        | Call::ListTasks
        | Call::GetTaskDetails
        | Call::GetProject
        | Call::ListTriggers
        | Call::GetTrigger
        | Call::ListMachinePolicies
        | Call::MachinePolicyTemplate
        | Call::GetMachinePolicy => false,
    }
}
