//! An independent reading of the rules, used only to check the engine.
