//! Which threat to shoot at.

use crate::features::{Kind, Threat};

use super::genes::Genes;

/// The most wanted threat that can be shot: the one with the highest score; a tie goes to the lower id.
pub(super) fn choose<'a>(threats: &'a [Threat], genes: &Genes, last: Option<u32>) -> Option<&'a Threat> {
    let better = |best: (&'a Threat, f64), next: (&'a Threat, f64)| {
        let order = next.1.total_cmp(&best.1).then(best.0.id.cmp(&next.0.id));
        if order.is_gt() { next } else { best }
    };
    threats
        .iter()
        .filter(|threat| threat.kind != Kind::Projectile)
        .map(|threat| (threat, score(threat, genes, last)))
        .reduce(better)
        .map(|(threat, _)| threat)
}

fn score(threat: &Threat, genes: &Genes, last: Option<u32>) -> f64 {
    let shooter = if threat.kind == Kind::Shooter { genes.shooter_weight } else { 0.0 };
    let loyalty = if last == Some(threat.id) { genes.loyalty } else { 0.0 };
    shooter + loyalty - genes.near_weight * threat.distance / 1000.0 - genes.center_weight * threat.bearing.abs() / 45.0
}

#[cfg(test)]
mod tests {
    use domain::genome::Genome;

    use super::*;

    fn threat(id: u32, kind: Kind, bearing: f64, distance: f64) -> Threat {
        Threat { id, kind, bearing, distance, half_width: 1.0, bearing_rate: 0.0 }
    }

    fn genes(change: impl Fn(&mut Genes)) -> Genes {
        let mut genes = Genes {
            near_weight: 0.0,
            center_weight: 0.0,
            shooter_weight: 0.0,
            loyalty: 0.0,
            ..Genes::new(&Genome::default())
        };
        change(&mut genes);
        genes
    }

    #[test]
    fn every_weight_chooses_what_it_says() {
        let threats = [
            threat(1, Kind::Projectile, 0.0, 10.0),
            threat(2, Kind::Melee, 30.0, 100.0),
            threat(3, Kind::Shooter, -10.0, 500.0),
            threat(4, Kind::Melee, 5.0, 900.0),
        ];
        let chosen = |genes: Genes, last| choose(&threats, &genes, last).unwrap().id;
        assert_eq!(chosen(genes(|g| g.near_weight = 1.0), None), 2);
        assert_eq!(chosen(genes(|g| g.near_weight = -1.0), None), 4);
        assert_eq!(chosen(genes(|g| g.center_weight = 1.0), None), 4);
        assert_eq!(chosen(genes(|g| g.shooter_weight = 1.0), None), 3);
        assert_eq!(chosen(genes(|g| g.loyalty = 1.0), Some(4)), 4);
        assert_eq!(chosen(genes(|_| ()), None), 2, "a tie goes to the lower id");
    }

    #[test]
    fn projectiles_are_never_shot_at() {
        assert_eq!(choose(&[threat(1, Kind::Projectile, 0.0, 10.0)], &genes(|_| ()), None), None);
    }
}
