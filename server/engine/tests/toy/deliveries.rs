//! Deliveries of loans, written by hand.

use sha2::{Digest, Sha256};
use terning_engine::delivery::MemoryStore;

/// A delivery whose manifest is right, until a test changes it.
pub struct Delivery {
    pub month: String,
    pub library: String,
    pub system: String,
    pub serial: u32,
    pub bytes: Vec<u8>,
    /// Records, unreadable ones included.
    pub rows: usize,
    pub header: bool,
    pub full: bool,
    /// `csv` or `xml`.
    pub format: &'static str,
}

/// A delivery with a header and these lines.
pub fn delivery(month: &str, library: &str, system: &str, lines: &[&str]) -> Delivery {
    let mut text = "Laanenr;Laaner;Emner;Udlaant;Afleveret\n".to_owned();
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let [month, library, system] = [month, library, system].map(str::to_owned);
    let (bytes, rows) = (text.into_bytes(), lines.len());
    let (header, full, format) = (true, true, "csv");
    Delivery { month, library, system, serial: 1, bytes, rows, header, full, format }
}

/// The same lines as a delivery in XML; a field that holds `~` is left out.
pub fn xml(month: &str, library: &str, system: &str, lines: &[&str]) -> Delivery {
    let names = ["Laanenr", "Laaner", "Emner", "Udlaant", "Afleveret", "Slettet"];
    let mut text = "<?xml version=\"1.0\"?>\n<Bibliotek>\n".to_owned();
    for line in lines {
        text.push_str("<Laan>");
        for (name, value) in names.iter().zip(line.split(';')).filter(|(_, value)| *value != "~") {
            let items = value.split('|').map(|item| format!("<Emne>{item}</Emne>"));
            let inner = if *name == "Emner" { items.collect() } else { value.to_owned() };
            text.push_str(&format!("<{name}>{inner}</{name}>"));
        }
        text.push_str("</Laan>\n");
    }
    text.push_str("</Bibliotek>\n");
    Delivery { bytes: text.into_bytes(), format: "xml", ..delivery(month, library, system, lines) }
}

/// A delivery of changes, without a header.
pub fn changes(month: &str, library: &str, system: &str, lines: &[&str]) -> Delivery {
    let bytes = lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes();
    let one = delivery(month, library, system, lines);
    Delivery { bytes, header: false, full: false, ..one }
}

impl Delivery {
    /// The path of its files without an extension.
    pub fn path(&self) -> String {
        let Delivery { month, library, system, serial, .. } = self;
        format!("{month}/LAAN_{library}_{system}_{}_{serial}", month.replace('-', ""))
    }

    /// Its manifest.
    pub fn manifest(&self) -> serde_json::Value {
        let sha256: String =
            Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        serde_json::json!({
            "kommune": self.library, "system": self.system, "leverandoer": "Prøve",
            "maaned": self.month, "loebenummer": self.serial, "fuld_bestand": self.full,
            "format": self.format, "header": self.header, "tegnsaet": "utf-8",
            "antal_raekker": self.rows, "sha256": sha256,
            "modtaget": format!("{}-28T08:00:00+01:00", self.month),
        })
    }

    /// Puts both files into a folder.
    pub fn put(&self, store: &mut MemoryStore) {
        store.put(format!("{}.{}", self.path(), self.format), self.bytes.clone());
        store.put(self.path() + ".json", self.manifest().to_string());
    }
}

/// A folder of deliveries.
pub fn folder(deliveries: &[Delivery]) -> MemoryStore {
    let mut store = MemoryStore::default();
    for delivery in deliveries {
        delivery.put(&mut store);
    }
    store
}
