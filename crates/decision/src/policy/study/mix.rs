//! Choices with their probabilities.

use domain::action::Buttons;

/// The most choices: one for each of seven buttons, and one to spare.
const MOST: usize = 8;

/// Choices of buttons, each with its probability. The same buttons are one choice, however often they are added.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mix {
    choices: [(Buttons, f64); MOST],
    count: usize,
}

impl Mix {
    /// No choice yet.
    pub(super) const EMPTY: Self = Self { choices: [(Buttons::NONE, 0.0); MOST], count: 0 };

    /// These choices and `buttons` with `probability` more. What has no probability is no choice.
    pub(super) fn or(mut self, buttons: Buttons, probability: f64) -> Self {
        if probability <= 0.0 {
            return self;
        }
        match self.choices[..self.count].iter_mut().find(|(known, _)| *known == buttons) {
            Some((_, known)) => *known += probability,
            None if self.count < MOST => {
                self.choices[self.count] = (buttons, probability);
                self.count += 1;
            }
            None => (),
        }
        self
    }

    /// These choices and those of `other`, which are taken with `probability`.
    pub(super) fn or_mix(self, other: Self, probability: f64) -> Self {
        other.choices[..other.count].iter().fold(self, |mix, &(buttons, share)| mix.or(buttons, share * probability))
    }

    /// The choice at `unit`, which is in [0, 1), and its probability.
    pub(super) fn pick(&self, unit: f64) -> (Buttons, f64) {
        let mut below = 0.0;
        for &choice in &self.choices[..self.count] {
            below += choice.1;
            if unit < below {
                return choice;
            }
        }
        // Roundings may leave a sliver behind the last choice.
        self.choices[..self.count].last().copied().unwrap_or((Buttons::NONE, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_picked_in_its_share() {
        let (a, b, c) = (Buttons(1), Buttons(2), Buttons(4));
        let even = Mix::EMPTY.or(a, 0.5).or(b, 0.5);
        let mix = Mix::EMPTY.or(c, 0.5).or_mix(even, 0.5).or(a, 0.0);
        assert_eq!([0.0, 0.49, 0.5, 0.74, 0.75, 0.999].map(|unit| mix.pick(unit).0), [c, c, a, a, b, b]);
        assert_eq!(mix.pick(0.6), (a, 0.25));
        assert_eq!(mix.or(a, 0.25).pick(0.6).1, 0.5);
        assert_eq!(Mix::EMPTY.pick(0.5), (Buttons::NONE, 1.0));
    }
}
