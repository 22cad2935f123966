//! What a disk holds after a power cut: what was synced for certain, and of the rest whatever the
//! disk pleases. Nothing is taken for granted but that a rename is done or not done.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::random::Random;
use crate::record::Operation;

/// Bytes that a disk writes at once.
const SECTOR: usize = 512;

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All of it is kept: the program was killed, and the machine went on.
    Kept,
    /// All of it is lost.
    Lost,
    /// Names are kept, the bytes behind them lost: files are as long as they were when synced.
    Emptied,
    /// Names and lengths are kept, the bytes are zero.
    Zeroed,
    /// Names are kept, and the last write is cut in the middle.
    Torn,
    /// Bytes are kept, names lost.
    Nameless,
    /// Names are kept; every sector is written or zero, by chance.
    Sectors(u64),
    /// Any of the names, any of the sectors, any of the files: in no order at all.
    Shuffled(u64),
}

/// Files with their bytes and folders, by their paths.
pub type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A disk.
#[derive(Clone)]
pub struct Disk {
    nodes: Vec<Node>,
    /// Changes of names that no folder was synced after, in their order.
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Node {
    /// Names that are certain.
    Folder(BTreeMap<String, usize>),
    File {
        certain: Vec<u8>,
        later: Vec<Effect>,
    },
}

#[derive(Clone)]
enum Effect {
    Write(Vec<u8>),
    Cut(u64),
}

/// Names that change together: folder, name, and what has it from then on.
type Change = Vec<(usize, String, Option<usize>)>;

const ROOT: usize = 0;

impl Disk {
    /// A disk on which all of a folder is certain.
    pub fn of(folder: &Path) -> Disk {
        let mut disk = Disk { nodes: Vec::new(), pending: Vec::new() };
        disk.load(folder);
        disk
    }

    fn load(&mut self, path: &Path) -> usize {
        let id = self.nodes.len();
        if path.is_file() {
            let certain = fs::read(path).unwrap();
            self.nodes.push(Node::File { certain, later: Vec::new() });
            return id;
        }
        self.nodes.push(Node::Folder(BTreeMap::new()));
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            names.insert(name, self.load(&entry.path()));
        }
        self.nodes[id] = Node::Folder(names);
        id
    }

    /// Does an operation.
    pub fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::CreateFolder(path) => self.make(path, Node::Folder(BTreeMap::new())),
            Operation::Create(path) => self.make(path, new_file()),
            Operation::Append(path) => {
                if self.find(path).is_none() {
                    self.make(path, new_file());
                }
            }
            Operation::Write(path, bytes) => self.later(path, Effect::Write(bytes.clone())),
            Operation::Cut(path, bytes) => self.later(path, Effect::Cut(*bytes)),
            Operation::Sync(path) => {
                let id = self.find(path).unwrap();
                if let Node::File { certain, later } = &mut self.nodes[id] {
                    *certain = written(certain, later);
                    later.clear();
                }
            }
            Operation::Rename(from, to) => {
                let id = self.find(from);
                let ((below, name), (above, other)) = (self.place(from), self.place(to));
                self.pending.push(vec![(below, name, None), (above, other, id)]);
            }
            Operation::RemoveFile(path) | Operation::RemoveFolder(path) => {
                let (folder, name) = self.place(path);
                self.pending.push(vec![(folder, name, None)]);
            }
            Operation::SyncFolder(path) => self.sync_folder(self.find(path).unwrap()),
        }
    }

    fn make(&mut self, path: &Path, node: Node) {
        let (folder, name) = self.place(path);
        self.nodes.push(node);
        self.pending.push(vec![(folder, name, Some(self.nodes.len() - 1))]);
    }

    fn later(&mut self, path: &Path, effect: Effect) {
        let id = self.find(path).unwrap();
        if let Node::File { later, .. } = &mut self.nodes[id] {
            later.push(effect);
        }
    }

    fn sync_folder(&mut self, folder: usize) {
        for change in std::mem::take(&mut self.pending) {
            if change.iter().any(|(touched, ..)| *touched == folder) {
                settle(&mut self.nodes, &change);
            } else {
                self.pending.push(change);
            }
        }
    }

    /// The folder and the name of a path.
    fn place(&self, path: &Path) -> (usize, String) {
        let folder = self.find(path.parent().unwrap()).unwrap();
        (folder, path.file_name().unwrap().to_str().unwrap().to_owned())
    }

    fn find(&self, path: &Path) -> Option<usize> {
        path.components().try_fold(ROOT, |at, part| {
            self.names(at).get(part.as_os_str().to_str().unwrap()).copied()
        })
    }

    /// The names in a folder as a program sees them.
    fn names(&self, at: usize) -> BTreeMap<String, usize> {
        let Node::Folder(names) = &self.nodes[at] else { return BTreeMap::new() };
        let mut names = names.clone();
        for (folder, name, id) in self.pending.iter().flatten() {
            if *folder == at {
                match id {
                    Some(id) => names.insert(name.clone(), *id),
                    None => names.remove(name),
                };
            }
        }
        names
    }

    /// What is there after a power cut.
    pub fn after(&self, loss: Loss) -> Tree {
        let mut chance = match loss {
            Loss::Sectors(seed) | Loss::Shuffled(seed) => Random(seed),
            _ => Random(0),
        };
        let mut nodes = self.nodes.clone();
        for change in &self.pending {
            let kept = match loss {
                Loss::Lost | Loss::Nameless => false,
                Loss::Shuffled(_) => chance.percent(50),
                _ => true,
            };
            if kept {
                settle(&mut nodes, change);
            }
        }
        let mut tree = Tree::new();
        walk(&nodes, ROOT, Path::new(""), &mut |path, node| {
            let content = match node {
                Node::Folder(_) => None,
                Node::File { certain, later } => Some(content(certain, later, loss, &mut chance)),
            };
            tree.insert(path.to_owned(), content);
        });
        tree
    }
}

fn new_file() -> Node {
    Node::File { certain: Vec::new(), later: Vec::new() }
}

fn settle(nodes: &mut [Node], change: &Change) {
    for (folder, name, id) in change {
        if let Node::Folder(names) = &mut nodes[*folder] {
            match id {
                Some(id) => names.insert(name.clone(), *id),
                None => names.remove(name),
            };
        }
    }
}

fn walk(nodes: &[Node], at: usize, path: &Path, each: &mut dyn FnMut(&Path, &Node)) {
    if at != ROOT {
        each(path, &nodes[at]);
    }
    if let Node::Folder(names) = &nodes[at] {
        for (name, id) in names {
            walk(nodes, *id, &path.join(name), each);
        }
    }
}

fn written(certain: &[u8], later: &[Effect]) -> Vec<u8> {
    let mut bytes = certain.to_vec();
    for effect in later {
        match effect {
            Effect::Write(more) => bytes.extend(more),
            Effect::Cut(length) => bytes.truncate(*length as usize),
        }
    }
    bytes
}

/// What is left of a file.
fn content(certain: &[u8], later: &[Effect], loss: Loss, chance: &mut Random) -> Vec<u8> {
    let all = written(certain, later);
    match loss {
        Loss::Kept | Loss::Nameless => all,
        Loss::Lost | Loss::Emptied => certain.to_vec(),
        Loss::Zeroed => {
            let mut bytes = all;
            let sure = certain.len().min(bytes.len());
            bytes[sure..].fill(0);
            bytes
        }
        Loss::Torn => match later.split_last() {
            Some((Effect::Write(last), before)) => {
                let mut bytes = written(certain, before);
                bytes.extend(&last[..last.len() / 2]);
                bytes
            }
            _ => all,
        },
        Loss::Shuffled(_) if chance.percent(50) && chance.percent(50) => certain.to_vec(),
        Loss::Sectors(_) | Loss::Shuffled(_) => in_sectors(all, certain.len(), chance),
    }
}

/// The bytes with sectors behind a place zeroed by chance; the last of them may be missing.
fn in_sectors(mut bytes: Vec<u8>, sure: usize, chance: &mut Random) -> Vec<u8> {
    let mut begin = sure.min(bytes.len());
    while begin < bytes.len() {
        let end = ((begin / SECTOR + 1) * SECTOR).min(bytes.len());
        if chance.percent(50) {
            bytes[begin..end].fill(0);
        }
        if end == bytes.len() && chance.percent(50) {
            bytes.truncate(begin);
        }
        begin = end;
    }
    bytes
}

/// Writes a tree into an empty folder, for its owner only.
pub fn lay(tree: &Tree, folder: &Path) {
    for (path, content) in tree {
        let path = folder.join(path);
        match content {
            None => {
                fs::create_dir(&path).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
            }
            Some(bytes) => {
                fs::write(&path, bytes).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            }
        }
    }
}
