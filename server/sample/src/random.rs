//! Random numbers that are the same everywhere: splitmix64, seeded by what they are for.
//!
//! Every part of the generator draws from its own stream, so that parts may run in any order.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

/// Mixes two numbers into one that looks like neither.
pub const fn mix(a: u64, b: u64) -> u64 {
    let mut z = a ^ b.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A share between 0 and 1 that belongs to the two numbers.
pub fn share(a: u64, b: u64) -> f64 {
    unit(mix(a, b))
}

/// A number from 0 up to but not including 1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

impl Random {
    /// The stream for one purpose under one seed.
    pub const fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(mix(seed, 0x7465_726E_696E_6721), purpose))
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0, 0)
    }

    /// From 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `limit`, 0 if there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.unit() * limit as f64) as usize
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).max(1) as usize) as i32
    }

    /// An exponential waiting time.
    pub fn waiting(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// One of these.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A position, drawn by weight.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (position, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return position;
            }
        }
        weights.len() - 1
    }

    /// Puts the items in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_and_fair() {
        let (mut a, mut b) = (Random::new(1, 2), Random::new(1, 2));
        assert!((0..100).all(|_| a.bits() == b.bits()));
        let mean = (0..10_000).map(|_| a.unit()).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02);
    }

    #[test]
    fn weights_are_kept() {
        let mut random = Random::new(3, 4);
        let hits = (0..10_000).filter(|_| random.weighted(&[3.0, 1.0]) == 0).count();
        assert!((7300..7700).contains(&hits));
    }
}
