use std::collections::BTreeMap;

use super::*;

fn pool(ports: &[u16]) -> Pool {
    Pool::fixed(ports.iter().map(|port| format!("127.0.0.1:{port}").parse().unwrap()).collect())
}

#[tokio::test(start_paused = true)]
async fn games_are_spread_evenly_and_stay_where_they_were_among_equals() {
    let pool = pool(&[1, 2, 3]);
    let places: Vec<_> = (0..7).map(|_| pool.place(None).unwrap()).collect();

    let mut counts = BTreeMap::new();
    places.iter().for_each(|place| *counts.entry(place.id()).or_insert(0) += 1);
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [3, 2, 2]);
    drop(places);
    assert!(pool.list().iter().all(|info| info.sessions == 0));
    assert_eq!(pool.place(Some("127.0.0.1:3")).unwrap().id(), "127.0.0.1:3");
}

#[tokio::test(start_paused = true)]
async fn who_serves_is_taken_first_and_who_is_away_last() {
    let pool = pool(&[1, 2, 3]);
    pool.change("127.0.0.1:1", |member| member.heard(Err("refused".into())));
    pool.change("127.0.0.1:3", |member| member.heard(Ok(())));

    let order: Vec<_> = (0..2).map(|_| pool.place(None).unwrap().id().to_owned()).collect();
    assert_eq!(order, ["127.0.0.1:3", "127.0.0.1:3"]);
    pool.change("127.0.0.1:3", |member| member.heard(Err("left".into())));
    pool.change("127.0.0.1:2", |member| member.heard(Err("left".into())));
    assert_eq!(pool.place(None).unwrap().id(), "127.0.0.1:1", "health may be late");
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_fails_is_left_alone_and_then_tried_by_one() {
    let pool = pool(&[1]);
    for _ in 0..3 {
        pool.place(None).unwrap().failed("refused");
    }
    assert!(pool.place(None).is_none());
    assert_eq!(pool.list()[0].state, State::Rejected);
    assert_eq!(pool.list()[0].reason, "refused");

    tokio::time::advance(Duration::from_millis(1_100)).await;
    let first = pool.place(None).unwrap();
    assert!(pool.place(None).is_none(), "one is enough to find out");
    first.failed("refused");
    tokio::time::advance(Duration::from_millis(1_100)).await;
    assert!(pool.place(None).is_none(), "twice as long");
    tokio::time::advance(Duration::from_secs(1)).await;
    pool.place(None).unwrap().worked();
    assert!(pool.place(None).is_some() && pool.place(None).is_some());
    assert_eq!(pool.list()[0].state, State::Serving);
}

#[tokio::test]
async fn what_cannot_be_started_or_stopped_is_said() {
    let fixed = pool(&[1]);
    assert_eq!(fixed.spawn().unwrap_err().kind, ErrorKind::FailedPrecondition);
    assert_eq!(fixed.stop_agent("127.0.0.1:1").unwrap_err().kind, ErrorKind::FailedPrecondition);
    assert_eq!(fixed.stop_agent("x").unwrap_err().kind, ErrorKind::NotFound);

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let spawn = SpawnSettings {
        flags: Vec::new(),
        program: "/nowhere/agent".into(),
        size: 0,
        base_port: taken.local_addr().unwrap().port(),
        ports: 1,
        init_timeout: Duration::from_millis(200),
    };
    let full = Pool::new(Settings { spawn: Some(spawn.clone()), ..Settings::default() });
    assert_eq!(full.spawn().unwrap_err().kind, ErrorKind::Exhausted);
    drop(taken);
    let id = full.spawn().unwrap();
    let error = full.serving(&id).await.unwrap_err();
    assert!(error.kind == ErrorKind::Unavailable && error.message.contains("/nowhere/agent"), "{error}");
    full.stop_agent(&id).unwrap();
    full.stop().await;
    assert_eq!(full.agent(&id).unwrap().state, State::Stopped);
}
