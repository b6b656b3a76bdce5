//! `bennu demo`: the story on a simulated world, with a database of its own. Every step is
//! held against the world's own truth, never against what the daemon says of itself.

mod ci;
mod stage;
mod story;
mod truth;

use crate::Anything;
use crate::catalog;
use crate::cli::{DemoArgs, Output};
use crate::serve::asked_to_stop;

use stage::Stage;
use story::Story;

/// Plays the story; without `--once` it then stays up until it is stopped.
///
/// # Errors
/// A part did not start, or a step was not what it should be.
pub async fn run(args: &DemoArgs) -> Result<(), Anything> {
    let mut output = Output::of_process();
    let templates = catalog::read(&args.catalog, true)?;
    if !templates.keys().any(|name| name.as_str() == args.template) {
        let names: Vec<_> = templates.keys().map(ToString::to_string).collect();
        let names = names.join(", ");
        return Err(format!(
            "there is no template {:?}; there are: {names}",
            args.template
        )
        .into());
    }
    let stage = Stage::set(&args.catalog, &mut output).await?;
    let mut story = Story::new(&stage, &args.template, &mut output)?;
    let verified = story.play().await;
    let ending = story.ending().await?;
    if !args.once && verified.is_ok() {
        output.lines(&stage.invitation());
        asked_to_stop().await;
    }
    stage.strike().await;
    if let Err(error) = verified {
        output.lines(&ending);
        return Err(error);
    }
    output.lines(&ending);
    Ok(())
}
