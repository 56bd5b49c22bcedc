//! What somebody would write who had nothing but this to do.

use domain::event::{Event, EventEncoder as _, Fact};
use domain::ids::ExperimentId;
use domain::score::Score;
use testkit::builder::PlainEncoder;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

use super::Work;

const SCORE_COLUMNS: &str = "experiment_id, generation, position, replicate, seed, doom_seed, kills, deaths, items, \
    secrets, hits, hits_taken, damage_dealt, damage_taken, shots_fired, health, armor, ammo, tics, ticks, reward, path, \
    cells_visited, exploration_coverage, ammo_efficiency, end_reason, trajectory, fence, scored_at_ms";
const SCORE_WIDTH: usize = 29;

const FENCE: &str = "SELECT generation, position, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM jobs \
    WHERE id = $1 AND fence = $2 AND status = 'running' FOR NO KEY UPDATE";
const JOB: &str = "UPDATE jobs SET status = 'done', owner = NULL, lease_until_ms = NULL WHERE id = $1";
const ATTEMPT: &str = "UPDATE attempts SET ended_at_ms = $3 WHERE job_id = $1 AND fence = $2";
const MEMBER: &str = "UPDATE members SET episodes_scored = episodes_scored + $4 \
    WHERE experiment_id = $1 AND generation = $2 AND position = $3 \
    RETURNING episodes_scored, episodes_planned, agent";
const GENERATION: &str = "UPDATE generations SET episodes_scored = episodes_scored + $3 \
    WHERE experiment_id = $1 AND generation = $2 RETURNING episodes_scored, episodes_planned";
const EXPERIMENT: &str = "UPDATE experiments SET episodes_scored = episodes_scored + $2 \
    WHERE id = $1 AND status IN ('running', 'paused')";
const EVALUATED: &str =
    "UPDATE members SET fitness = $4 WHERE experiment_id = $1 AND generation = $2 AND position = $3";
const SEQUENCE: &str = "UPDATE experiments SET event_seq = event_seq + 1 WHERE id = $1 RETURNING event_seq";
const EVENT: &str = "INSERT INTO outbox (experiment_id, sequence, event_id, subject, kind, body, committed_at_ms) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// A connection with its statements.
pub(super) struct ByHand {
    client: Client,
    fence: Statement,
    scores: Statement,
    logs: Statement,
    job: Statement,
    attempt: Statement,
    member: Statement,
    generation: Statement,
    experiment: Statement,
    member_scores: Statement,
    evaluated: Statement,
    sequence: Statement,
    event: Statement,
}

impl ByHand {
    /// Connects and prepares everything for batches of this size.
    pub(super) async fn prepare(url: &str, batch: usize) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let insert = |table, columns, width| {
            format!("INSERT INTO {table} ({columns}) VALUES {} ON CONFLICT DO NOTHING", places(batch, width))
        };
        let member_scores = format!(
            "SELECT kills, {SCORE_COLUMNS} FROM scores \
             WHERE experiment_id = $1 AND generation = $2 AND position = $3 ORDER BY replicate"
        );
        let prepare = async |sql: &str| client.prepare(sql).await.unwrap();
        Self {
            fence: prepare(FENCE).await,
            scores: prepare(&insert("scores", SCORE_COLUMNS, SCORE_WIDTH)).await,
            logs: prepare(&insert("action_logs", "job_id, fence, replicate, log", 4)).await,
            job: prepare(JOB).await,
            attempt: prepare(ATTEMPT).await,
            member: prepare(MEMBER).await,
            generation: prepare(GENERATION).await,
            experiment: prepare(EXPERIMENT).await,
            member_scores: prepare(&member_scores).await,
            evaluated: prepare(EVALUATED).await,
            sequence: prepare(SEQUENCE).await,
            event: prepare(EVENT).await,
            client,
        }
    }

    /// Commits the scores of a whole job.
    pub(super) async fn finish(&mut self, work: &Work) {
        let (experiment, job, fence) = (work.experiment.0, work.job.0, work.fence.0);
        let new = work.scores.len() as i64;
        let tx = self.client.transaction().await.unwrap();
        let held = tx.query_one(&self.fence, &[&job, &fence]).await.unwrap();
        let (generation, position, now): (i64, i64, i64) = (held.get(0), held.get(1), held.get(2));
        let rows: Vec<Row<'_>> = work.scores.iter().map(|score| Row::of(work, score, now)).collect();
        let values: Vec<_> = rows.iter().flat_map(Row::values).collect();
        assert_eq!(tx.execute(&self.scores, &values).await.unwrap(), new as u64);
        let logs: Vec<_> = rows.iter().flat_map(|row| row.log(&job)).collect();
        tx.execute(&self.logs, &logs).await.unwrap();
        tx.execute(&self.job, &[&job]).await.unwrap();
        tx.execute(&self.attempt, &[&job, &fence, &now]).await.unwrap();
        let member = tx.query_one(&self.member, &[&experiment, &generation, &position, &new]).await.unwrap();
        tx.query_one(&self.generation, &[&experiment, &generation, &new]).await.unwrap();
        assert_eq!(tx.execute(&self.experiment, &[&experiment, &new]).await.unwrap(), 1);
        if member.get::<_, i64>(0) == member.get::<_, i64>(1) {
            let scores = tx.query(&self.member_scores, &[&experiment, &generation, &position]).await.unwrap();
            let kills = scores.iter().map(|row| f64::from(row.get::<_, i32>(0))).sum::<f64>() / scores.len() as f64;
            tx.execute(&self.evaluated, &[&experiment, &generation, &position, &kills]).await.unwrap();
            let sequence: i64 = tx.query_one(&self.sequence, &[&experiment]).await.unwrap().get(0);
            let fact = Fact::AgentEvaluated {
                generation: 0,
                purpose: Some(domain::plan::Purpose::Design),
                agent: member.get::<_, String>(2).parse().unwrap(),
                position: position as u32,
                fitness: kills,
                kills,
                episodes: scores.len() as u64,
            };
            let event = Event::once(work.experiment, fact);
            let encoded = PlainEncoder.encode(&event);
            let values: [&(dyn ToSql + Sync); 7] =
                [&experiment, &sequence, &event.id().0, &event.subject(), &encoded.kind, &encoded.body, &now];
            tx.execute(&self.event, &values).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

/// Claims every job of an experiment at once, so that more of the time goes to what is measured.
pub(super) async fn claim_all(url: &str, experiment: ExperimentId) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let claim = "UPDATE jobs SET status = 'running', fence = 1, owner = 'bench', lease_until_ms = 9000000000000 \
                 WHERE experiment_id = $1";
    client.execute(claim, &[&experiment.0]).await.unwrap();
    let attempts = "INSERT INTO attempts (job_id, fence, worker, started_at_ms) \
                    SELECT id, 1, 'bench', 0 FROM jobs WHERE experiment_id = $1";
    client.execute(attempts, &[&experiment.0]).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}

/// `($1, $2), ($3, $4) ...`
fn places(rows: usize, width: usize) -> String {
    let row = |row: usize| {
        let places: Vec<_> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// A score as the driver wants it.
struct Row<'a> {
    score: &'a Score,
    experiment: Uuid,
    fence: i64,
    now: i64,
    wide: [i64; 8],
    trajectory: &'a [u8],
}

impl<'a> Row<'a> {
    fn of(work: &Work, score: &'a Score, now: i64) -> Self {
        let (key, m) = (score.key, &score.measures);
        let wide = [
            key.generation,
            key.position,
            key.replicate,
            score.seed,
            score.doom_seed.0,
            m.tics,
            m.ticks,
            m.cells_visited,
        ];
        let (experiment, fence, trajectory) = (work.experiment.0, work.fence.0, &score.trajectory[..]);
        Self { score, experiment, fence, now, wide: wide.map(i64::from), trajectory }
    }

    fn values(&self) -> [&(dyn ToSql + Sync); SCORE_WIDTH] {
        let m = &self.score.measures;
        let [generation, position, replicate, seed, doom_seed, tics, ticks, cells] = &self.wide;
        [
            &self.experiment,
            generation,
            position,
            replicate,
            seed,
            doom_seed,
            &m.kills,
            &m.deaths,
            &m.items,
            &m.secrets,
            &m.hits,
            &m.hits_taken,
            &m.damage_dealt,
            &m.damage_taken,
            &m.shots_fired,
            &m.health,
            &m.armor,
            &m.ammo,
            tics,
            ticks,
            &m.reward,
            &m.path,
            cells,
            &m.exploration_coverage,
            &m.ammo_efficiency,
            &"death",
            &self.trajectory,
            &self.fence,
            &self.now,
        ]
    }

    fn log<'b>(&'b self, job: &'b Uuid) -> [&'b (dyn ToSql + Sync); 4] {
        [job, &self.fence, &self.wide[2], &self.score.action_log]
    }
}
