//! A bar on stderr that shows how far a long step has come; nothing where stderr is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that names the stage that is running.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Bar {
        let style = ProgressStyle::with_template("{msg:28} {bar:40} {pos}/{len}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Bar(ProgressBar::new(1).with_style(style))
    }

    pub(super) fn show(&self, stage: &'static str, done: u64, of: u64) {
        self.0.set_message(stage);
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
