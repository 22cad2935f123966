//! How much the engine reads before it says that a file asks for too much.

/// The largest delivery or reference file. The whole country's stock is some 40 MB.
pub const FILE_BYTES: u64 = 512 * 1024 * 1024;

/// The largest manifest; a real one has 300 bytes.
pub const MANIFEST_BYTES: usize = 64 * 1024;

/// The last year a delivery may be for: far beyond any plan, and within what a cube can hold.
pub const LAST_YEAR: i32 = 2999;

/// The longest field. An id has 40 characters, a list of target groups a few hundred.
pub const FIELD_BYTES: usize = 4096;

/// The largest workbook as it is sent.
pub const WORKBOOK_BYTES: usize = 32 * 1024 * 1024;

/// The largest workbook unpacked. Approvals of all municipalities, services and quarters to 2035
/// take about 20 MB.
pub const UNPACKED_BYTES: u64 = 64 * 1024 * 1024;

/// The most cells read from a workbook.
pub const CELLS: usize = 2_000_000;

/// The most rejected lines listed per file; more are counted, and said to be left out.
pub const LISTED_REJECTS: usize = 100_000;

/// The most examples kept of each kind of warning.
pub const EXAMPLES: usize = 5;

/// How deep elements of XML may lie in each other; a list in a record is four deep.
pub const XML_DEPTH: usize = 16;

/// The most unknown names listed per file.
pub const UNKNOWN_NAMES: usize = 100;

/// How many characters of an unknown name are listed.
pub const UNKNOWN_NAME: usize = 64;

/// The last row (counted from 0) that the header of a workbook is looked for in: nobody writes a
/// longer introduction.
pub const HEADER_ROWS: u32 = 999;

/// The most columns of answers in the wide form of a workbook: a hundred years of quarters.
pub const ANSWER_COLUMNS: usize = 400;
