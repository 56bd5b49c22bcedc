//! What a seed means in the ViZDoom Python API.
//!
//! The library keeps a 32-bit Mersenne Twister; every episode takes its next output as
//! the doom seed. After `set_seed(seed)` the next `new_episode()` plays the first one.

const WORDS: usize = 624;
const SHIFT: usize = 397;
const MATRIX: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;

/// Returns the doom seed that `set_seed(seed); new_episode()` of the Python API plays.
#[must_use]
pub fn vizdoom_doom_seed(seed: u32) -> u32 {
    let mut words = [0u32; WORDS];
    words[0] = seed;
    for i in 1..WORDS {
        let previous = words[i - 1] ^ (words[i - 1] >> 30);
        // `i` is below 624 and fits.
        words[i] = 1_812_433_253u32.wrapping_mul(previous).wrapping_add(i as u32);
    }
    let mixed = (words[0] & UPPER) | (words[1] & !UPPER);
    let twist = if mixed & 1 == 1 { MATRIX } else { 0 };
    temper(words[SHIFT] ^ (mixed >> 1) ^ twist)
}

fn temper(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    word ^ (word >> 18)
}

#[cfg(test)]
mod tests {
    use super::vizdoom_doom_seed;

    #[test]
    fn first_output_is_the_reference_generator_s() {
        assert_eq!(vizdoom_doom_seed(1234), 822_569_775);
        assert_eq!(vizdoom_doom_seed(5489), 3_499_211_612);
    }
}
